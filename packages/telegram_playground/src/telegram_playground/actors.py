"""Persons and groups, as scripts and tests handle them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiogram import types

from telegram_playground.deeds import Deeds
from telegram_playground.view import PATIENCE, Answer, ChatView, Message, PlaygroundError

if TYPE_CHECKING:
    from collections.abc import Callable

    from telegram_playground.client import Client


class Group:
    """A group.

    Attributes:
        id: Its chat id.
        title: Its title.
    """

    def __init__(self, client: Client, chat: types.Chat) -> None:
        self._client = client
        self.id = chat.id
        self.title = chat.title or ""

    async def set_role(self, member: Person | types.User | int, role: str) -> None:
        """Give somebody a place in the group; `client.bot` is the bot.

        Args:
            member: Who.
            role: `creator`, `administrator`, `member`, `restricted` (who may write nothing),
                `left` or `kicked`.
        """
        member_id = member if isinstance(member, int) else member.id
        path = f"groups/{self.id}/members/{member_id}"
        await self._client.request("PUT", path, {"role": role})

    async def topic(self, name: str) -> int:
        """Open a topic and return its `message_thread_id`; only forums have topics."""
        answer = await self._client.request("POST", f"groups/{self.id}/topics", {"name": name})
        return int(answer["id"])

    async def close_topic(self, topic: int, *, closed: bool = True) -> None:
        """Let only administrators write in a topic, or everybody again; 1 is the General topic."""
        path = f"groups/{self.id}/topics/{topic}"
        await self._client.request("PATCH", path, {"closed": closed})

    async def delete_topic(self, topic: int) -> None:
        """Delete a topic with all that was said in it."""
        await self._client.request("DELETE", f"groups/{self.id}/topics/{topic}")

    async def upgrade(self) -> Group:
        """Make a supergroup of a group, as Telegram does when it needs more; this one is over."""
        chat = await self._client.request("POST", f"groups/{self.id}/upgrade")
        return Group(self._client, types.Chat.model_validate(chat))

    async def messages(self) -> list[Message]:
        """The messages of the group, oldest first."""
        return await self._client.messages(self.id)


class Person(Deeds):
    """Somebody who uses the bot.

    Without a chat, everything happens in their private chat with the bot.

    Attributes:
        id: Their id, which is the id of that chat too.
        user: What the bot sees of them.
    """

    def __init__(self, client: Client, user: types.User) -> None:
        super().__init__(client, user.id)
        self._seen: dict[tuple[int, int | None], int] = {}
        self.user = user

    async def send(
        self,
        text: str,
        chat: Group | int | None = None,
        *,
        topic: int | None = None,
        reply_to: Message | int | None = None,
        anonymous: bool = False,
    ) -> Message:
        """Send a text.

        Args:
            text: What to say.
            chat: Where.
            topic: The forum topic.
            reply_to: The message to reply to.
            anonymous: Whether to write in the group's name, as its administrators may.

        Raises:
            PlaygroundError: If they can't do that.
        """
        saying = {"person": self.id, "text": text, "topic": topic, "anonymous": anonymous}
        saying["reply_to"] = reply_to.message_id if isinstance(reply_to, Message) else reply_to
        path = f"chats/{self._chat_id(chat)}/messages"
        return Message.model_validate(await self._client.request("POST", path, saying))

    async def receive(
        self,
        chat: Group | int | None = None,
        *,
        topic: int | None = None,
        timeout: float = PATIENCE,
    ) -> Message:
        """Take the next message of the bot, one that was not received yet.

        Args:
            chat: Where it comes.
            topic: The forum topic, whose messages are counted apart; any if `None`.
            timeout: Seconds to wait for it.

        Raises:
            TimeoutError: If none comes; its text shows the chat.
        """
        chat_id, bot_id = self._chat_id(chat), self._client.bot.id
        seen = self._seen.get((chat_id, topic), 0)

        def is_next(message: Message) -> bool:
            return (
                message.message_id > seen
                and message.from_user is not None
                and message.from_user.id == bot_id
                and topic in {None, message.message_thread_id}
            )

        def find(view: ChatView) -> Message | None:
            return next(filter(is_next, view.messages.values()), None)

        message = await self._client.view(chat_id).wait(find, timeout, "a message of the bot")
        self._seen[chat_id, topic] = message.message_id
        return message

    async def press(
        self,
        message: Message,
        label: str | None = None,
        *,
        data: str | None = None,
        timeout: float = PATIENCE,
    ) -> Answer | None:
        """Press an inline button and wait for the bot's answer.

        Args:
            message: The message with the button, in any version of it.
            label: The button as it is now: its label, or a part of it that no other label has.
            data: Callback data to send instead, as a modified client may: any bytes on any
                message of the bot.
            timeout: Seconds to wait; 0 to go on at once.

        Returns:
            The answer, or `None` if none came.

        Raises:
            PlaygroundError: If there is no such button, or it is no callback button.
        """
        if (label is None) == (data is None):
            raise PlaygroundError("a press takes either a label or data")
        press = {"person": self.id, "label": label, "data": data, "wait": timeout}
        path = f"chats/{message.chat.id}/messages/{message.message_id}/press"
        answer = (await self._client.request("POST", path, press))["answer"]
        return answer and Answer(answer["text"], answer["show_alert"], answer["url"])

    async def read(self, message: Message) -> Message:
        """Look at a message as it is now.

        Raises:
            PlaygroundError: If it is gone.
        """
        view = self._client.view(message.chat.id)
        await view.refresh()
        if message.message_id not in view.messages:
            raise PlaygroundError(f"message {message.message_id} is gone", 404)
        return view.messages[message.message_id]

    async def until(
        self,
        message: Message,
        condition: Callable[[Message], bool] | None = None,
        *,
        text: str | None = None,
        timeout: float = PATIENCE,
    ) -> Message:
        """Wait until a message is as it should be.

        Args:
            message: The message, in any version of it.
            condition: What has to be true of it.
            text: What its whole text has to be.
            timeout: Seconds to wait.

        Raises:
            TimeoutError: If it does not become so; its text shows the chat.
        """

        def find(view: ChatView) -> Message | None:
            now = view.messages.get(message.message_id)
            if now is None or (text is not None and now.text != text):
                return None
            return now if condition is None or condition(now) else None

        what = f"message {message.message_id} as expected" + (f" ({text!r})" if text else "")
        return await self._client.view(message.chat.id).wait(find, timeout, what)

    async def until_gone(self, message: Message, *, timeout: float = PATIENCE) -> None:
        """Wait until a message is deleted.

        Raises:
            TimeoutError: If it is still there after so many seconds.
        """

        def find(view: ChatView) -> bool | None:
            return message.message_id not in view.messages or None

        what = f"the end of message {message.message_id}"
        await self._client.view(message.chat.id).wait(find, timeout, what)

    async def topic(self, name: str) -> int:
        """Open a topic in the private chat with the bot and return its `message_thread_id`."""
        answer = await self._client.request("POST", f"groups/{self.id}/topics", {"name": name})
        return int(answer["id"])

    async def messages(self, chat: Group | int | None = None) -> list[Message]:
        """The messages of a chat, oldest first."""
        return await self._client.messages(self._chat_id(chat))

    async def delete(self, message: Message) -> None:
        """Delete a message, for everybody."""
        path = f"chats/{message.chat.id}/messages/{message.message_id}?person={self.id}"
        await self._client.request("DELETE", path)

    async def block(self) -> None:
        """Block the bot."""
        await self._set_standing("blocked")

    async def unblock(self) -> None:
        """Let the bot write again."""
        await self._set_standing("started")

    async def change(self, **fields: object) -> None:
        """Change fields of the `User`, `has_private_forwards` or `standing`."""
        answer = await self._client.request("PATCH", f"persons/{self.id}", fields)
        self.user = types.User.model_validate(answer["user"])

    async def _set_standing(self, standing: str) -> None:
        await self._client.request("PATCH", f"persons/{self.id}", {"standing": standing})
