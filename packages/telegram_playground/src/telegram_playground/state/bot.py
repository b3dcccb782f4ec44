"""The bot: its updates, its webhook, its profile, its calls."""

from dataclasses import dataclass, field

from telegram_playground.state.wire import Json


@dataclass(slots=True)
class Update:
    """An update, ready to be sent.

    Attributes:
        id: The `update_id`.
        body: The `Update` object as JSON.
        kind: The field of the `Update` object, such as `message`.
        line: The id of the user or chat; a webhook gets updates of a kind and line in order.
        expires_at: The time at which it is dropped if it was not delivered.
    """

    id: int
    body: bytes
    kind: str
    line: int
    expires_at: float


@dataclass(slots=True)
class Webhook:
    """The webhook that setWebhook has set; fields as in the Bot API."""

    url: str
    secret_token: str | None = None
    max_connections: int = 40
    ip_address: str | None = None
    certificate: bytes | None = None
    last_error_date: int | None = None
    last_error_message: str | None = None


@dataclass(slots=True)
class Profile:
    """The bot's profile: commands, texts, menu buttons.

    Attributes:
        commands: Lists of `BotCommand` by scope (JSON) and language code; "" is the default.
        texts: Name, description and short description by field name and language code.
        menu_buttons: `MenuButton` objects by private chat; `None` is the default.
    """

    commands: dict[tuple[str, str], list[Json]] = field(default_factory=dict)
    texts: dict[tuple[str, str], str] = field(default_factory=dict)
    menu_buttons: dict[int | None, Json] = field(default_factory=dict)

    def menu_button(self, chat_id: int | None) -> Json:
        """Give the `MenuButton` of a private chat, or the default one."""
        return self.menu_buttons.get(chat_id) or self.menu_buttons.get(None) or {"type": "commands"}


@dataclass(slots=True)
class Call:
    """A Bot API call that the bot made.

    Attributes:
        number: The number of the call, counted from 1.
        time: The time at which it came in.
        method: The method as Telegram spells it; as the bot spelled it if it is unknown.
        params: The parameters as they came in; files are replaced by their names.
        status: The HTTP status of the answer, or `None` if there is none yet.
        error: The description of a refusal, or `None`.
    """

    number: int
    time: float
    method: str
    params: Json
    status: int | None = None
    error: str | None = None
