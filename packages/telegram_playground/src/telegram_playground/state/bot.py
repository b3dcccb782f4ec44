"""What is known of the bot: what it gets, what it says of itself, what it has called."""

from dataclasses import dataclass, field

from telegram_playground.state.wire import Json


@dataclass(slots=True)
class Update:
    """An update, ready to be sent.

    Attributes:
        body: The `Update` object as JSON.
        kind: Which of its fields it has.
        line: Whose updates have to wait for each other: the user's or chat's id.
        expires_at: When it is dropped undelivered.
    """

    id: int
    body: bytes
    kind: str
    line: int
    expires_at: float


@dataclass(slots=True)
class Webhook:
    """Where updates are sent, as set by setWebhook."""

    url: str
    secret_token: str | None = None
    max_connections: int = 40
    ip_address: str | None = None
    certificate: bytes | None = None
    last_error_date: int | None = None
    last_error_message: str | None = None


@dataclass(slots=True)
class Profile:
    """What the bot says about itself.

    Attributes:
        commands: Lists of `BotCommand` by scope and language code ("" for every other language).
        texts: Name, description and short description by field name and language code.
        menu_buttons: `MenuButton` objects by private chat; `None` is the default one.
    """

    commands: dict[tuple[str, str], list[Json]] = field(default_factory=dict)
    texts: dict[tuple[str, str], str] = field(default_factory=dict)
    menu_buttons: dict[int | None, Json] = field(default_factory=dict)

    def menu_button(self, chat_id: int | None) -> Json:
        """The `MenuButton` of a private chat, or the default one."""
        return self.menu_buttons.get(chat_id) or self.menu_buttons.get(None) or {"type": "commands"}


@dataclass(slots=True)
class Call:
    """A Bot API call that the bot made.

    Attributes:
        number: Counts the calls, from 1.
        time: When it came in.
        method: The method as Telegram spells it, or as the bot did if there is none such.
        params: The parameters as they came in, of files their names.
        status: The HTTP status of the answer, or `None` while there is none yet.
        error: The description of a refusal.
    """

    number: int
    time: float
    method: str
    params: Json
    status: int | None = None
    error: str | None = None
