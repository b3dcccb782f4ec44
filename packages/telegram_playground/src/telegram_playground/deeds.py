"""What a person can do beside writing and pressing, in Python: share, vote, choose, pay."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING

from telegram_playground.view import Message

if TYPE_CHECKING:
    from telegram_playground.actors import Group
    from telegram_playground.client import Client
    from telegram_playground.state import Json


class Deeds:
    """Everything that has no button under a message, or more to it than a press.

    Without a chat, it happens in the person's private chat with the bot.

    Attributes:
        id: The person's id, which is the id of that chat too.
    """

    def __init__(self, client: Client, user_id: int) -> None:
        self._client = client
        self.id = user_id

    async def share(self, chat: Group | int | None = None, **content: object) -> Message:
        """Send something that is no text.

        Args:
            chat: Where.
            **content: One of `contact`, `location`, `poll`, `dice`, ... with its fields, as
                `playground.sayings` has them; `topic`, `reply_to`, `caption`.

        Raises:
            PlaygroundError: If they can't do that.
        """
        return await self._post(f"chats/{self._chat_id(chat)}/messages", **content)

    async def send_file(
        self, data: bytes, name: str = "file", *, photo: bool = False, caption: str | None = None
    ) -> Message:
        """Send a document, or a photo, to the bot."""
        file = {"name": name, "data": b64encode(data).decode()}
        kind = "photo" if photo else "document"
        content: Json = {kind: file, "caption": caption}
        return await self.share(None, **content)

    async def edit(self, message: Message, text: str) -> Message:
        """Change the text or caption of an own message."""
        path = f"chats/{message.chat.id}/messages/{message.message_id}"
        body = {"person": self.id, "text": text}
        return Message.model_validate(await self._client.request("PATCH", path, body))

    async def tap(self, label: str, chat: Group | int | None = None, **chosen: object) -> Message:
        """Press a button of the reply keyboard.

        Args:
            label: Its label, or a part of it that no other has.
            chat: Where.
            **chosen: What it asks for: `contact`, `location`, `poll`, `user_ids`, `chat_id`,
                `data` of a Mini App, or `name` and `username` of a new bot.

        Raises:
            PlaygroundError: If there is no such button, or what it asks for is missing.
        """
        return await self._post(f"chats/{self._chat_id(chat)}/keyboard", label=label, **chosen)

    async def keyboard(self, chat: Group | int | None = None) -> Json | None:
        """The reply keyboard that they have: `message_id`, `markup`, and whether it was `used`."""
        path = f"chats/{self._chat_id(chat)}?after={1 << 60}"
        keyboards = (await self._client.request("GET", path))["keyboards"]
        shown: Json | None = keyboards.get(str(self.id))
        return shown

    async def start(self, payload: str = "", group: Group | int | None = None) -> Message:
        """Follow a link to the bot, `?start=` or into a group `?startgroup=`."""
        chat_id = None if group is None else self._chat_id(group)
        return await self._post("start", payload=payload, chat=chat_id)

    async def vote(self, message: Message, *options: int) -> None:
        """Vote for options of a poll, by their places from 0; without one, take the vote back."""
        await self._act(message, "vote", options=options)

    async def ask(self, query: str = "", **more: object) -> Json:
        """Type behind the bot's name: `id`, `answered`, `results`, `next_offset`, `button`.

        Args:
            query: What.
            **more: `offset`, `chat_type`, and `wait`, the seconds to wait for the bot.
        """
        body = {"person": self.id, "query": query, **more}
        return dict(await self._client.request("POST", "inline/query", body))

    async def choose(self, asked: Json, result_id: str, chat: Group | int | None = None) -> Message:
        """Send one of the results that `ask` gave into a chat."""
        chosen = {"query_id": asked["id"], "result_id": result_id, "chat": self._chat_id(chat)}
        return await self._post("inline/choose", **chosen)

    async def pay(self, invoice: Message | str, **payment: object) -> Json:
        """Pay an invoice, in a message or behind a link: `ok`, `error`, `charge_id`."""
        if isinstance(invoice, Message):
            return await self._act(invoice, "pay", **payment)
        body = {"person": self.id, "url": invoice, **payment}
        return dict(await self._client.request("POST", "invoices/pay", body))

    async def open_app(
        self, url: str, source: str = "inline", start_param: str | None = None
    ) -> Json:
        """Open a Mini App: its signed `url` and `init_data`.

        Args:
            url: Where it is.
            source: The kind of button, `keyboard`, `inline` or `menu`, or a `link`.
            start_param: What a link behind `?startapp=` carries.
        """
        body = {"person": self.id, "url": url, "source": source, "start_param": start_param}
        return dict(await self._client.request("POST", "web_app", body))

    async def log_in(self, url: str, *, write: bool = False) -> str:
        """Follow a login button: the signed address.

        Args:
            url: Where it leads.
            write: Whether they let the bot write to them, where it has asked for that.
        """
        body = {"person": self.id, "url": url, "write": write}
        return str((await self._client.request("POST", "login", body))["url"])

    def _chat_id(self, chat: Group | int | None) -> int:
        if chat is None:
            return self.id
        return chat if isinstance(chat, int) else chat.id

    async def _post(self, path: str, **content: object) -> Message:
        body = {"person": self.id, **content}
        return Message.model_validate(await self._client.request("POST", path, body))

    async def _act(self, message: Message, deed: str, **content: object) -> Json:
        path = f"chats/{message.chat.id}/messages/{message.message_id}/{deed}"
        return dict(await self._client.request("POST", path, {"person": self.id, **content}))
