"""The persons' side in Python, over HTTP: for tests and scripts.

```python
async with Client("http://127.0.0.1:8081") as playground:
    ann = await playground.person("Ann", language_code="en")
    await ann.send("/start")
    message = await ann.receive()
    answer = await ann.press(message, "+1")
    message = await ann.until(message, text="1")
```

Nothing here sleeps and looks again: whoever waits is told of the change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from aiogram import types

from telegram_playground.actors import Group, Person
from telegram_playground.call_log import CallLog
from telegram_playground.steering import Steering
from telegram_playground.view import ChatView, Message

if TYPE_CHECKING:
    from collections.abc import Iterable

    from telegram_playground.state import Json


class Client(CallLog, Steering):
    """Plays persons on a playground that runs anywhere.

    Args:
        url: Its address.

    Attributes:
        url: The same.
        bot: The bot's `User`, once connected.
    """

    bot: types.User

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._views: dict[int, ChatView] = {}

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        try:
            overview = await self.request("GET", "")
        except BaseException:
            await super().__aexit__()
            raise
        self.bot = types.User.model_validate(overview["bot"])
        return self

    async def person(self, first_name: str = "Somebody", **fields: object) -> Person:
        """Have a new person join.

        Args:
            first_name: Their name.
            **fields: Other fields of a `User`: `id`, `last_name`, `username`, `language_code`, ...
        """
        answer = await self.request("POST", "persons", {"first_name": first_name, **fields})
        return Person(self, types.User.model_validate(answer["user"]))

    async def persons(self) -> list[Person]:
        """Everybody who has joined so far."""
        answer = await self.request("GET", "persons")
        return [Person(self, types.User.model_validate(item["user"])) for item in answer]

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
        """Make a group.

        Args:
            title: Its title.
            members: Who is in it.
            admins: Who administers it, in addition.
            creator: Whose it is, in addition.
            bot: What the bot is in it: `member`, `administrator`, or `left` if it is not in it.
            **options: `type` (`supergroup` or `group`), `is_forum`, `username`, `id`.
        """
        roles = {member.id: "member" for member in members}
        roles |= {admin.id: "administrator" for admin in admins}
        if creator is not None:
            roles[creator.id] = "creator"
        shown = {str(user_id): role for user_id, role in roles.items()}
        plan = {"title": title, "roles": shown, "bot": bot, **options}
        return Group(self, types.Chat.model_validate(await self.request("POST", "groups", plan)))

    async def messages(self, chat_id: int) -> list[Message]:
        """The messages of a chat, oldest first."""
        view = self.view(chat_id)
        await view.refresh()
        return list(view.messages.values())

    def view(self, chat_id: int) -> ChatView:
        """The chat as it was fetched last, to refresh and to wait on."""
        if chat_id not in self._views:

            async def fetch(after: int, wait: float) -> Json:
                path = f"chats/{chat_id}?after={after}&wait={min(wait, 60)}"
                return dict(await self.request("GET", path))

            self._views[chat_id] = ChatView(fetch)
        return self._views[chat_id]
