"""Makes groups with the bot, and checks the texts of messages there."""

from collections.abc import Callable, Iterable
from typing import Any

from telegram_playground import Client, Group, Message, Person


async def make_group(
    playground: Client,
    members: Iterable[Person],
    admins: Iterable[Person] = (),
    **options: Any,
) -> Group:
    """Make a group with the running bot in it; wait until each person has its greeting."""
    members, admins = list(members), list(admins)
    group = await playground.group("Friends", members=members, admins=admins, **options)
    for person in members + admins:
        await person.receive(group)
    return group


def ending(line: str) -> Callable[[Message], bool]:
    """Make a condition: the last line of a message is `line`."""
    return lambda message: (message.text or "").splitlines()[-1:] == [line]
