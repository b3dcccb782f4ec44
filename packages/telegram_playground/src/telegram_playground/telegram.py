"""What the bot's side and the persons' side share: chats, access, messages, files."""

from http import HTTPStatus

from telegram_playground.clock import Clock
from telegram_playground.delivery import Delivery
from telegram_playground.errors import BadRequestError, ControlError, ForbiddenError
from telegram_playground.faults import Faults
from telegram_playground.memory import Memory
from telegram_playground.rate_limits import RateLimits
from telegram_playground.signals import Signals
from telegram_playground.state import Chat, Json, Message, Person, Role, Standing, State, StoredFile

ANONYMOUS_ADMIN: Json = {
    "id": 1_087_968_824,
    "is_bot": True,
    "first_name": "Group",
    "username": "GroupAnonymousBot",
}
"""The `from` of messages of anonymous admins; their `sender_chat` is the group."""

ANY_CHAT = "chats"
"""The key of the signal that some chat has changed."""


class Telegram:
    """The playground's chats, persons, messages and updates, with the rules of both sides.

    Args:
        state: The state, which this object changes.
        clock: The playground's clock.
        token: The bot's token, with which data is signed.

    Attributes:
        state: The state.
        clock: The playground's clock.
        signals: Wakes tasks that wait for changes.
        faults: The faults that are switched on.
        rate_limits: The rate limits.
        delivery: Delivers updates to the bot.
        queue: The updates that wait for the bot.
        memory: The data folder, or `None` if nothing is kept.
    """

    def __init__(self, state: State, clock: Clock, token: str) -> None:
        self.token = token
        self.state = state
        self.clock = clock
        self.signals = Signals()
        self.faults = Faults()
        self.rate_limits = RateLimits(clock)
        self.delivery = Delivery(state, clock, self.signals, self.faults)
        self.queue = self.delivery.queue
        self.memory: Memory | None = None
        self._contents: dict[str, bytes] = {}

    async def close(self) -> None:
        """Stop delivering updates, and wake all tasks that wait."""
        await self.delivery.close()
        self.signals.close()

    @property
    def bot_id(self) -> int:
        """The id of the bot."""
        return int(self.state.bot["id"])

    def person(self, user_id: int) -> Person:
        """Look up a person.

        Raises:
            BadRequestError: If there is no person with that id.
        """
        try:
            return self.state.persons[user_id]
        except KeyError:
            raise BadRequestError("user not found") from None

    def user(self, user_id: int) -> Json:
        """Look up the `User` object of a person or of the bot.

        Raises:
            BadRequestError: If there is no user with that id.
        """
        return self.state.bot if user_id == self.bot_id else self.person(user_id).user

    def chat(self, chat_id: int | str) -> Chat:
        """Look up a chat that the bot can see.

        Args:
            chat_id: Its id, or the `@username` of a public group.

        Raises:
            BadRequestError: If there is no such chat.
            ForbiddenError: If the bot is not in that supergroup.
        """
        chat = self._find(chat_id)
        if chat is None:
            raise BadRequestError("chat not found")
        if chat.type == "supergroup":
            self._check_membership(chat)
        return chat

    def chat_of_persons(self, chat_id: int) -> Chat:
        """Look up a chat, whether or not the bot can see it.

        Raises:
            ControlError: If there is no such chat.
        """
        try:
            return self.state.chats[chat_id]
        except KeyError:
            raise ControlError(f"there is no chat {chat_id}", HTTPStatus.NOT_FOUND) from None

    def writable_chat(self, chat_id: int | str) -> Chat:
        """Look up a chat that the bot can write to.

        Args:
            chat_id: Its id, or the `@username` of a public group.

        Raises:
            BadRequestError: If there is no such chat, or it became a supergroup.
            ForbiddenError: If the person has not started the bot, has blocked it or is deleted; or
                if the bot is not in the group.
        """
        chat = self.chat(chat_id)
        if chat.migrated_to is not None:
            reason = "group chat was upgraded to a supergroup chat"
            raise BadRequestError(reason, migrate_to_chat_id=chat.migrated_to)
        if not chat.private:
            self._check_membership(chat)
            return chat
        match self.state.persons[chat.id].standing:
            case Standing.STRANGER:
                raise ForbiddenError("bot can't initiate conversation with a user")
            case Standing.BLOCKED:
                raise ForbiddenError("bot was blocked by the user")
            case Standing.DEACTIVATED:
                raise ForbiddenError("user is deactivated")
            case Standing.STARTED:
                return chat

    def post(self, chat: Chat, message: Message) -> Message:
        """Add a message to a chat; it gets its id and date.

        Args:
            chat: The chat.
            message: The message, with sender and content in `json`.

        Returns:
            The same message.
        """
        chat.last_message_id += 1
        message.json = {
            "message_id": chat.last_message_id,
            "date": int(self.clock.time()),
            "chat": chat.json,
            **message.json,
        }
        chat.messages[message.id] = message
        self.touch(chat, message)
        return message

    def touch(self, chat: Chat, message: Message) -> None:
        """Note that a message was added, edited or deleted, and signal the change."""
        chat.version += 1
        message.version = chat.version
        chat.changed.pop(message.id, None)
        chat.changed[message.id] = chat.version
        self.state.note("chat", chat.id)
        self.state.note("message", (chat.id, message.id))
        self.signals.notify(chat.id)
        self.signals.notify(ANY_CHAT)

    def delete(self, chat: Chat, message: Message) -> None:
        """Delete a message for everybody."""
        del chat.messages[message.id]
        if message.keyboard is not None:
            # A reply keyboard disappears with its message.
            for user_id, shown in list(chat.keyboards.items()):
                if shown["message_id"] == message.id:
                    del chat.keyboards[user_id]
        self.touch(chat, message)

    def show(self, chat: Chat, message: Message) -> Json:
        """Give the `Message` object as the bot gets it, with the message that it replies to."""
        replied = chat.messages.get(message.reply_to) if message.reply_to else None
        return (
            message.json if replied is None else {**message.json, "reply_to_message": replied.json}
        )

    def keep(self, file: StoredFile, data: bytes) -> None:
        """Keep a file and its bytes."""
        if self.memory is None:
            self._contents[file.id] = data
        else:
            self.memory.write(file.id, data)
        self.state.files[file.id] = file
        self.state.note("file", file.id)

    def content(self, file: StoredFile) -> bytes:
        """Give the bytes of a file."""
        if self.memory is None:
            return self._contents[file.id]
        return self.memory.read(file.id)

    def flush(self) -> None:
        """Write the changes to the data folder, before a request is answered."""
        if self.memory is not None:
            self.memory.flush()

    def reset(self) -> None:
        """Delete everything but the bot's own settings, because the bot goes on running."""
        state = self.state
        for collection in (
            state.persons,
            state.chats,
            state.queries,
            state.files,
            state.polls,
            state.inline_queries,
            state.inline_messages,
            state.checkouts,
            state.web_app_queries,
            state.invoice_links,
            self._contents,
        ):
            collection.clear()
        buttons = state.profile.menu_buttons
        state.profile.menu_buttons = {None: buttons[None]} if None in buttons else {}
        for entries in (state.transactions, state.history):
            entries.clear()
        self.queue.clear()
        if self.memory is not None:
            self.memory.clear()
        self.signals.notify(ANY_CHAT)

    def _find(self, chat_id: int | str) -> Chat | None:
        if isinstance(chat_id, str) and chat_id.startswith("@"):
            name = chat_id[1:].lower()
            groups = (chat for chat in self.state.chats.values() if not chat.private)
            return next((c for c in groups if c.json.get("username", "").lower() == name), None)
        try:
            return self.state.chats.get(int(chat_id))
        except ValueError:
            return None

    def _check_membership(self, chat: Chat) -> None:
        role = chat.roles.get(self.bot_id, Role.LEFT)
        if role is Role.KICKED:
            raise ForbiddenError(f"bot was kicked from the {chat.type} chat")
        if role is Role.LEFT:
            raise ForbiddenError(f"bot is not a member of the {chat.type} chat")
