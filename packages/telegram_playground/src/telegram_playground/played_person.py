"""A person, as scripts and tests handle them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telegram_playground.objects import User
from telegram_playground.person_actions import PersonActions
from telegram_playground.view import PATIENCE, Answer, ChatView, Message, PlaygroundError

if TYPE_CHECKING:
    from collections.abc import Callable

    from telegram_playground.connection import Connection
    from telegram_playground.played_group import Group


class Person(PersonActions):
    """Somebody who uses the bot; `Client.person` adds one.

    Methods that take a `chat` act in the private chat with the bot if it is `None`. All of them
    raise `PlaygroundError` if the person is not in the chat, or has blocked the bot there.

    Attributes:
        id: The person's user id, which is also the id of the private chat.
        user: The `User` that the bot sees.
    """

    def __init__(self, client: Connection, user: User) -> None:
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
            text: The text, 1 to 4096 characters; commands, mentions and links in it are found.
            chat: The group, or a chat id.
            topic: The `message_thread_id` of the topic.
            reply_to: The message to reply to, or its id.
            anonymous: Whether an administrator writes in the group's name.

        Returns:
            The message that was sent.

        Raises:
            PlaygroundError: If the person can't write there, or the topic or message is unknown.
        """
        draft = {"person": self.id, "text": text, "topic": topic, "anonymous": anonymous}
        draft["reply_to"] = reply_to.message_id if isinstance(reply_to, Message) else reply_to
        path = f"chats/{self._chat_id(chat)}/messages"
        return Message(await self._client.request("POST", path, draft))

    async def receive(
        self,
        chat: Group | int | None = None,
        *,
        topic: int | None = None,
        timeout: float = PATIENCE,
    ) -> Message:
        """Wait for the bot's next message: the first that `receive` has not returned yet.

        Args:
            chat: The group, or a chat id.
            topic: The `message_thread_id` of the topic; messages of all topics if `None`. What was
                received is remembered for each topic, and for `None`, separately.
            timeout: Seconds to wait.

        Returns:
            The message.

        Raises:
            TimeoutError: If none comes in time; its text shows the chat.
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
            message: The message with the button; an older version of it will do.
            label: The button's present label, or a part of it that no other label contains.
            data: Callback data to send in place of a label. It need not be on any button, because
                a modified client can send what it likes.
            timeout: Seconds to wait, at most 60; 0 does not wait.

        Returns:
            The answer, or `None` if none came in time.

        Raises:
            PlaygroundError: If there is no such button, several match, or it is not a callback
                button; or if both or neither of `label` and `data` are given.
        """
        if (label is None) == (data is None):
            raise PlaygroundError("a press takes either a label or data")
        press = {"person": self.id, "label": label, "data": data, "wait": timeout}
        path = f"chats/{message.chat.id}/messages/{message.message_id}/press"
        answer = (await self._client.request("POST", path, press))["answer"]
        return answer and Answer(answer["text"], answer["show_alert"], answer["url"])

    async def read(self, message: Message) -> Message:
        """Fetch the present version of a message.

        Raises:
            PlaygroundError: If it was deleted.
        """
        view = self._client.view(message.chat.id)
        await view.refresh()
        if message.message_id not in view.messages:
            raise PlaygroundError(f"message {message.message_id} was deleted", 404)
        return view.messages[message.message_id]

    async def until(
        self,
        message: Message,
        condition: Callable[[Message], bool] | None = None,
        *,
        text: str | None = None,
        timeout: float = PATIENCE,
    ) -> Message:
        """Wait until a message fulfils a condition.

        Args:
            message: The message; an older version of it will do.
            condition: Tells whether a version of the message is the expected one.
            text: The whole text that the message must have.
            timeout: Seconds to wait.

        Returns:
            The version of the message that fulfils both `condition` and `text`.

        Raises:
            TimeoutError: If there is none in time; its text shows the chat.
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

        Args:
            message: The message; an older version of it will do.
            timeout: Seconds to wait.

        Raises:
            TimeoutError: If the message is still there after that time; its text shows the chat.
        """

        def find(view: ChatView) -> bool | None:
            return message.message_id not in view.messages or None

        what = f"the end of message {message.message_id}"
        await self._client.view(message.chat.id).wait(find, timeout, what)

    async def topic(self, name: str) -> int:
        """Open a topic in the private chat with the bot.

        Args:
            name: The topic's name, 1 to 128 characters.

        Returns:
            The topic's `message_thread_id`.
        """
        answer = await self._client.request("POST", f"groups/{self.id}/topics", {"name": name})
        return int(answer["id"])

    async def messages(self, chat: Group | int | None = None) -> list[Message]:
        """Fetch the messages of a chat that are not deleted, oldest first.

        Args:
            chat: The group, or a chat id.
        """
        return await self._client.messages(self._chat_id(chat))

    async def delete(self, message: Message) -> None:
        """Delete a message for everybody.

        Raises:
            PlaygroundError: If it was deleted before, or the person may not delete it.
        """
        path = f"chats/{message.chat.id}/messages/{message.message_id}?person={self.id}"
        await self._client.request("DELETE", path)

    async def block(self) -> None:
        """Block the bot."""
        await self._set_standing("blocked")

    async def unblock(self) -> None:
        """Unblock the bot."""
        await self._set_standing("started")

    async def change(self, **fields: object) -> None:
        """Change the person.

        Args:
            **fields: Fields of the `User`, of which `None` removes one; `has_private_forwards`,
                whether links to the account are forbidden; `standing`: `stranger`, `started`,
                `blocked` or `deactivated`.

        Raises:
            PlaygroundError: If a field is unknown or wrong, or the username is taken.
        """
        answer = await self._client.request("PATCH", f"persons/{self.id}", fields)
        self.user = User(answer["user"])

    async def _set_standing(self, standing: str) -> None:
        await self._client.request("PATCH", f"persons/{self.id}", {"standing": standing})
