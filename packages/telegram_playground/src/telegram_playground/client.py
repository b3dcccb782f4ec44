"""The persons' side in Python, over HTTP: for tests and scripts.

```python
async with Client("http://127.0.0.1:8081") as playground:
    ann = await playground.person("Ann", language_code="en")
    await ann.send("/start")
    message = await ann.receive()
    answer = await ann.press(message, "+1")
    message = await ann.until(message, text="1")
```

Nothing here polls: the server answers a waiting request as soon as the chat changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from telegram_playground.call_log import CallLog
from telegram_playground.objects import Chat, User
from telegram_playground.played_group import Group
from telegram_playground.played_person import Person
from telegram_playground.steering import Steering

if TYPE_CHECKING:
    from collections.abc import Iterable


class Client(CallLog, Steering):
    """Plays persons on a playground, which may run in another process.

    Use it as an async context manager: it connects on entry and disconnects on exit.

    Args:
        url: The playground's address, such as `http://127.0.0.1:8081`.

    Attributes:
        url: The playground's address, without a slash at its end.
        bot: The bot's `User`; set once the client is connected.

    Raises:
        aiohttp.ClientError: On entry, if the playground can't be reached.
    """

    async def person(self, first_name: str = "Somebody", **fields: object) -> Person:
        """Add a person.

        Args:
            first_name: The person's first name.
            **fields: Other fields of a `User`: `id`, `last_name`, `username`, `language_code`, ...

        Returns:
            The person, who has not started the bot yet.

        Raises:
            PlaygroundError: If a field is unknown or wrong, or the id or username is taken.
        """
        answer = await self.request("POST", "persons", {"first_name": first_name, **fields})
        return Person(self, User(answer["user"]))

    async def persons(self) -> list[Person]:
        """List all persons, in the order in which they were added."""
        answer = await self.request("GET", "persons")
        return [Person(self, User(item["user"])) for item in answer]

    async def group(
        self,
        title: str,
        *,
        members: Iterable[Person] = (),
        admins: Iterable[Person] = (),
        creator: Person | None = None,
        bot: str = "member",
        **options: object,
    ) -> Group:
        """Add a group.

        Args:
            title: The title, 1 to 128 characters.
            members: The persons who are plain members.
            admins: The persons who are administrators.
            creator: The person who owns the group.
            bot: The bot's role: `member`, `administrator`, `restricted`, or `left` to keep it out.
            **options: `type` (`supergroup`, the default, or `group`), `is_forum`, `username`, `id`.

        Returns:
            The group.

        Raises:
            PlaygroundError: If the options contradict each other, or the id is taken.
        """
        roles = {member.id: "member" for member in members}
        roles |= {admin.id: "administrator" for admin in admins}
        if creator is not None:
            roles[creator.id] = "creator"
        shown = {str(user_id): role for user_id, role in roles.items()}
        plan = {"title": title, "roles": shown, "bot": bot, **options}
        return Group(self, Chat(await self.request("POST", "groups", plan)))
