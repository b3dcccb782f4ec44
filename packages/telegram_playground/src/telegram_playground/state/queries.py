"""What persons ask the bot, and what it answers."""

from dataclasses import dataclass, field

from telegram_playground.state.wire import Json


@dataclass(slots=True)
class CallbackQuery:
    """A press of an inline button, and what the bot answered to it.

    Attributes:
        pressed_at: When the person pressed.
        update_id: The update that told the bot, unless it does not want to know.
        is_game: Whether the button starts a game.
        answer: Text, `show_alert` and `url` of the bot's answer, once there is one.
    """

    id: str
    pressed_at: float
    update_id: int | None = None
    is_game: bool = False
    answer: Json | None = None


@dataclass(slots=True)
class InlineAnswer:
    """What the bot offers for an inline query.

    Attributes:
        results: The `InlineQueryResult` objects.
        contents: The fields of the message that each becomes, by its id.
        next_offset: What to ask with for more.
        button: The `InlineQueryResultsButton` above them.
        valid_until: How long it counts for the same query, typed again.
        is_personal: Whether it counts for nobody else.
    """

    results: list[Json] = field(default_factory=list)
    contents: dict[str, Json] = field(default_factory=dict)
    next_offset: str = ""
    button: Json | None = None
    valid_until: float = 0.0
    is_personal: bool = False


@dataclass(slots=True)
class InlineQuery:
    """What a person has typed behind the bot's name, and what the bot offers for it."""

    id: str
    user_id: int
    query: str
    offset: str
    asked_at: float
    answer: InlineAnswer | None = None


@dataclass(slots=True)
class Checkout:
    """A shipping or pre-checkout query, and the bot's answer to it."""

    id: str
    answer: Json | None = None
