"""What a person does in Python besides writing and pressing: share, vote, choose, pay."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Protocol

from telegram_playground.view import Message

if TYPE_CHECKING:
    from telegram_playground.connection import Connection
    from telegram_playground.state import Json


class HasId(Protocol):
    """A `Group` that a person acts in, or a `Person` who is in a group."""

    @property
    def id(self) -> int:
        """The chat id or the user id."""


class PersonActions:
    """The part of a `Person` that shares, votes, chooses and pays.

    Methods that take a `chat`, which is a `Group` or a chat id, act in the private chat with the
    bot if it is `None`.

    Attributes:
        id: The person's user id, which is also the id of the private chat.
    """

    def __init__(self, client: Connection, user_id: int) -> None:
        self._client = client
        self.id = user_id

    async def share(self, chat: HasId | int | None = None, **content: object) -> Message:
        """Send something other than a text.

        Args:
            chat: The group, or a chat id.
            **content: One of `contact`, `location`, `poll`, `dice`, ..., with its fields as in
                `telegram_playground.person_contents`; also `topic`, `reply_to` (a message id) and
                `caption`.

        Returns:
            The message that was sent.

        Raises:
            PlaygroundError: If the content is wrong, or the person can't write there.
        """
        return await self._post(f"chats/{self._chat_id(chat)}/messages", **content)

    async def send_file(
        self, data: bytes, name: str = "file", *, photo: bool = False, caption: str | None = None
    ) -> Message:
        """Send a file in the private chat with the bot.

        Args:
            data: The bytes of the file, not empty; a request has at most 30 MB in base64.
            name: The file's name.
            photo: Whether to send a photo instead of a document.
            caption: The caption, at most 4096 characters.

        Returns:
            The message that was sent.

        Raises:
            PlaygroundError: If the file is empty or too large, or the photo is not a picture.
        """
        file = {"name": name, "data": b64encode(data).decode()}
        kind = "photo" if photo else "document"
        content: Json = {kind: file, "caption": caption}
        return await self.share(None, **content)

    async def edit(self, message: Message, text: str) -> Message:
        """Edit the text or caption of one of the person's own messages.

        Returns:
            The edited message.

        Raises:
            PlaygroundError: If the message is somebody else's, was deleted, or has no text.
        """
        path = f"chats/{message.chat.id}/messages/{message.message_id}"
        body = {"person": self.id, "text": text}
        return Message(await self._client.request("PATCH", path, body))

    async def tap(self, label: str, chat: HasId | int | None = None, **chosen: object) -> Message:
        """Press a button of the reply keyboard.

        Args:
            label: The button's label, or a part of it that no other label contains.
            chat: The group, or a chat id.
            **chosen: What the button requests: `contact`, `location`, `poll`, `user_ids`,
                `chat_id`, `data` of a Mini App, or `name` and `username` of a new bot.

        Returns:
            The message that the press sent.

        Raises:
            PlaygroundError: If there is no such button, or what it requests is missing.
        """
        return await self._post(f"chats/{self._chat_id(chat)}/keyboard", label=label, **chosen)

    async def keyboard(self, chat: HasId | int | None = None) -> Json | None:
        """Fetch the reply keyboard that the person has in a chat.

        Args:
            chat: The group, or a chat id.

        Returns:
            `message_id` and `markup` of the bot's message, and whether a one-time keyboard was
            `used`; `None` if there is no keyboard.
        """
        path = f"chats/{self._chat_id(chat)}?after={1 << 60}"
        keyboards = (await self._client.request("GET", path))["keyboards"]
        shown: Json | None = keyboards.get(str(self.id))
        return shown

    async def start(self, payload: str = "", group: HasId | int | None = None) -> Message:
        """Follow a deep link to the bot.

        Args:
            payload: What the link carries, up to 64 of `A-Z a-z 0-9 _ -`.
            group: The group of a `?startgroup=` link, which the bot joins; `None` for `?start=`.

        Returns:
            The `/start` message that the link sent.

        Raises:
            PlaygroundError: If the payload can't be in a link, or the person has blocked the bot.
        """
        chat_id = None if group is None else self._chat_id(group)
        return await self._post("start", payload=payload, chat=chat_id)

    async def vote(self, message: Message, *options: int) -> None:
        """Vote in a poll.

        Args:
            message: The message with the poll.
            *options: Positions of the options, counted from 0; none retracts the vote.

        Raises:
            PlaygroundError: If the poll is closed, or does not allow that vote.
        """
        await self._act(message, "vote", options=options)

    async def ask(self, query: str = "", **more: object) -> Json:
        """Send an inline query, as a person who types after the bot's name.

        Args:
            query: The text, at most 256 characters.
            **more: `offset`, `chat_type`, and `wait`: seconds to wait for the bot, 0 to 60 (10).

        Returns:
            `id` of the query, whether the bot `answered`, and its `results`, `next_offset` and
            `button`.

        Raises:
            PlaygroundError: If inline mode is off.
        """
        body = {"person": self.id, "query": query, **more}
        return dict(await self._client.request("POST", "inline/query", body))

    async def choose(self, asked: Json, result_id: str, chat: HasId | int | None = None) -> Message:
        """Send an inline result to a chat.

        Args:
            asked: What `ask` returned.
            result_id: The `id` of one of its results.
            chat: The group, or a chat id.

        Returns:
            The message that was sent.

        Raises:
            PlaygroundError: If there is no such result, or the person can't write there.
        """
        chosen = {"query_id": asked["id"], "result_id": result_id, "chat": self._chat_id(chat)}
        return await self._post("inline/choose", **chosen)

    async def pay(self, invoice: Message | str, **payment: object) -> Json:
        """Pay an invoice.

        Args:
            invoice: The message with the invoice, or a link to one.
            **payment: `tip` in the smallest unit of the currency, `order_info` and
                `shipping_option_id`, as far as the invoice asks for them.

        Returns:
            `ok`; `error` if the bot refuses or does not answer within 10 s of the playground's
            clock; `charge_id` if it was paid.

        Raises:
            PlaygroundError: If there is no such invoice, it is paid, or the payment does not fit.
        """
        if isinstance(invoice, Message):
            return await self._act(invoice, "pay", **payment)
        body = {"person": self.id, "url": invoice, **payment}
        return dict(await self._client.request("POST", "invoices/pay", body))

    async def open_app(
        self, url: str, source: str = "inline", start_param: str | None = None
    ) -> Json:
        """Open a Mini App.

        Args:
            url: The address of the app.
            source: What opens it: a `keyboard`, `inline` or `menu` button, or a `link`.
            start_param: What a link carries after `?startapp=`, up to 512 of `A-Z a-z 0-9 _ -`.

        Returns:
            The `url` with signed data, and that `init_data`, which is empty for `keyboard`.

        Raises:
            PlaygroundError: If the address or the parameter is wrong.
        """
        body = {"person": self.id, "url": url, "source": source, "start_param": start_param}
        return dict(await self._client.request("POST", "web_app", body))

    async def log_in(self, url: str, *, write: bool = False) -> str:
        """Follow a login button.

        Args:
            url: The address on the button.
            write: Whether the person allows the bot to write to them.

        Returns:
            The address with signed data of the person.

        Raises:
            PlaygroundError: If the address is wrong.
        """
        body = {"person": self.id, "url": url, "write": write}
        return str((await self._client.request("POST", "login", body))["url"])

    def _chat_id(self, chat: HasId | int | None) -> int:
        if chat is None:
            return self.id
        return chat if isinstance(chat, int) else chat.id

    async def _post(self, path: str, **content: object) -> Message:
        body = {"person": self.id, **content}
        return Message(await self._client.request("POST", path, body))

    async def _act(self, message: Message, deed: str, **content: object) -> Json:
        path = f"chats/{message.chat.id}/messages/{message.message_id}/{deed}"
        return dict(await self._client.request("POST", path, {"person": self.id, **content}))
