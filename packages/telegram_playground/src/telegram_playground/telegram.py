"""The ground that the bot's side and the persons' side share."""

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
"""Who an anonymous admin's messages are `from`, beside the group as their `sender_chat`."""

ANY_CHAT = "chats"
"""The signal that something has changed in some chat."""


class Telegram:
    """Chats, persons and updates, with the rules that both sides go by.

    Args:
        state: What is known so far.
        clock: The time.
        token: The bot's token, by which data is signed.
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
        """Send nothing more, and let go whoever waits."""
        await self.delivery.close()
        self.signals.close()

    @property
    def bot_id(self) -> int:
        """The id of the bot."""
        return int(self.state.bot["id"])

    def person(self, user_id: int) -> Person:
        """Look up a person.

        Raises:
            BadRequestError: If there is nobody with that id.
        """
        try:
            return self.state.persons[user_id]
        except KeyError:
            raise BadRequestError("user not found") from None

    def user(self, user_id: int) -> Json:
        """The `User` object of a person or of the bot.

        Raises:
            BadRequestError: If there is nobody with that id.
        """
        return self.state.bot if user_id == self.bot_id else self.person(user_id).user

    def chat(self, chat_id: int | str) -> Chat:
        """Look up a chat that the bot can see.

        Args:
            chat_id: Its id, or the `@username` of a public group.

        Raises:
            BadRequestError: If there is no such chat.
            ForbiddenError: If the bot is no longer in that supergroup.
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
            BadRequestError: If there is no such chat.
            ForbiddenError: If the person does not want the bot's messages, or the bot is not in
                the group.
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
        """Put a new message into a chat: it gets its id, its date and its place.

        Args:
            chat: The chat.
            message: What is said and by whom, in `json`.
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
        """Note that a message was posted, edited or deleted, and tell who waits for it."""
        chat.version += 1
        message.version = chat.version
        chat.changed.pop(message.id, None)
        chat.changed[message.id] = chat.version
        self.state.note("chat", chat.id)
        self.state.note("message", (chat.id, message.id))
        self.signals.notify(chat.id)
        self.signals.notify(ANY_CHAT)

    def delete(self, chat: Chat, message: Message) -> None:
        """Take a message out of a chat, for everybody."""
        del chat.messages[message.id]
        if message.keyboard is not None:
            # A reply keyboard goes with its message.
            for user_id, shown in list(chat.keyboards.items()):
                if shown["message_id"] == message.id:
                    del chat.keyboards[user_id]
        self.touch(chat, message)

    def show(self, chat: Chat, message: Message) -> Json:
        """The `Message` object as the bot gets it, with the message that it replies to."""
        replied = chat.messages.get(message.reply_to) if message.reply_to else None
        return (
            message.json if replied is None else {**message.json, "reply_to_message": replied.json}
        )

    def keep(self, file: StoredFile, data: bytes) -> None:
        """Keep a file."""
        if self.memory is None:
            self._contents[file.id] = data
        else:
            self.memory.write(file.id, data)
        self.state.files[file.id] = file
        self.state.note("file", file.id)

    def content(self, file: StoredFile) -> bytes:
        """The bytes of a file."""
        if self.memory is None:
            return self._contents[file.id]
        return self.memory.read(file.id)

    def flush(self) -> None:
        """Write down what has changed, before anybody is told of it."""
        if self.memory is not None:
            self.memory.flush()

    def reset(self) -> None:
        """Forget everybody and everything but what the bot has set, since it runs on."""
        state = self.state
        for place in (
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
            place.clear()
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
