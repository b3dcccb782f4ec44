"""The bot is added to a group, where it greets once, and is removed, after which it is silent."""

import asyncio

import pytest

from telegram_playground import Answer, Group, Message, Person, Playground
from tests.dialogs.test_menu import GROUP_MENU
from tests.support.groups import ending, make_group
from tests.support.tally import Tally

GREETING = "Hello! I count taps and never miscount one."


@pytest.fixture
async def eve(playground: Playground, tally: Tally) -> Person:  # noqa: ARG001 - it greets her
    """Give a person in whose group Telegram may refuse calls."""
    return await playground.person("Eve", language_code="en")


async def menu_comes_next(person: Person, group: Group) -> None:
    """Check that the bot has sent nothing else meanwhile."""
    await person.send("/start", chat=group)
    assert (await person.receive(group)).labels == GROUP_MENU


@pytest.mark.parametrize("kind", ["group", "supergroup"])
async def test_the_bot_greets_once(playground: Playground, ann: Person, kind: str) -> None:
    group = await playground.group("Friends", creator=ann, type=kind)
    assert ((await ann.receive(group)).text or "").startswith(GREETING)
    (coming,) = [
        update["update_id"]
        for update in await playground.updates()
        if update.get("my_chat_member", {}).get("chat", {}).get("id") == group.id
    ]
    await playground.repeat(coming)
    await group.set_role(playground.bot.id, "administrator")
    await menu_comes_next(ann, group)


async def test_the_bot_greets_in_the_language_of_the_person_who_added_it(
    playground: Playground, boris: Person, ann: Person
) -> None:
    group = await playground.group("Friends", creator=boris, members=[ann])
    assert ((await ann.receive(group)).text or "").startswith("Здравствуйте!")


async def test_a_person_who_blocks_the_bot_and_comes_back_is_not_greeted(
    playground: Playground, eve: Person
) -> None:
    await eve.send("/start")
    await eve.receive()
    await eve.block()
    await eve.unblock()
    await playground.until_pending(0)
    assert len(await eve.messages()) == 2


async def until_logged_out(playground: Playground, group: Group, after: int) -> list[str]:
    """Wait until Telegram has refused a call to a group; give the reasons of all refusals."""
    while True:
        refused = await playground.refusals(after=after)
        ours = [call.error or "" for call in refused if call.params.get("chat_id") == str(group.id)]
        if ours:
            return ours
        await asyncio.sleep(0.05)


async def test_the_bot_leaves_silently_and_comes_back_to_its_counters(
    playground: Playground, tally: Tally, eve: Person
) -> None:
    group = await make_group(playground, [eve])
    await eve.send("/numbers", chat=group)
    counter: Message = await eve.receive(group)
    logged, before = len(tally.logged()), await playground.call_count()
    await group.set_role(playground.bot.id, "left")
    for _ in range(3):
        assert await eve.press(counter, "+1") is not None
    refused = await asyncio.wait_for(until_logged_out(playground, group, before), 10)
    assert set(refused) == {"Forbidden: bot is not a member of the supergroup chat"}
    assert len(refused) <= 3  # at most one a tap, because no call is repeated
    assert [line["event"] for line in tally.logged()[logged:] if line["level"] != "info"] == []
    await group.set_role(playground.bot.id, "member")
    assert ((await eve.receive(group)).text or "").startswith(GREETING)
    assert await eve.press(counter, "+1") == Answer(None)
    await eve.until(counter, ending("Specify the number: 4"))
