"""Queries of persons, and the bot's answers."""

from dataclasses import dataclass, field

from telegram_playground.state.wire import Json


@dataclass(slots=True)
class CallbackQuery:
    """A press of an inline button, and the bot's answer.

    Attributes:
        id: The id of the query.
        pressed_at: The time of the press.
        update_id: The id of its update; `None` if the bot does not get callback queries.
        is_game: Whether the button starts a game.
        answer: `text`, `show_alert`, `url` and `cache_time` of the answer; `None` until then.
    """

    id: str
    pressed_at: float
    update_id: int | None = None
    is_game: bool = False
    answer: Json | None = None


@dataclass(slots=True)
class InlineAnswer:
    """The bot's answer to an inline query.

    Attributes:
        results: The `InlineQueryResult` objects.
        contents: The fields of the message that each result becomes, by result id.
        next_offset: The offset of a query for more results; empty if there are none.
        button: The `InlineQueryResultsButton` above the results, or `None`.
        valid_until: The time until which it is reused for equal queries.
        is_personal: Whether it is reused only for the same person.
    """

    results: list[Json] = field(default_factory=list)
    contents: dict[str, Json] = field(default_factory=dict)
    next_offset: str = ""
    button: Json | None = None
    valid_until: float = 0.0
    is_personal: bool = False


@dataclass(slots=True)
class InlineQuery:
    """An inline query of a person, and the bot's answer."""

    id: str
    user_id: int
    query: str
    offset: str
    asked_at: float
    answer: InlineAnswer | None = None


@dataclass(slots=True)
class Checkout:
    """A shipping or pre-checkout query, and the bot's answer."""

    id: str
    answer: Json | None = None
