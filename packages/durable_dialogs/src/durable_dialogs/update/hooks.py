"""What a bot can do for the engine; no bot needs to."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aiogram.types import Update
from aiogram_dialog.api.entities import NewMessage

InlineWindow = Callable[[Mapping[str, Any]], Awaitable[NewMessage]]
"""Returns what a message that was sent through inline mode shows, from its state."""


def is_payment(update: Update) -> bool:
    """Tell whether a payment, or the refund of one, has happened."""
    message = update.message
    return message is not None and bool(message.successful_payment or message.refunded_payment)


async def _no_inline_window(_state: Mapping[str, Any]) -> NewMessage:
    raise RuntimeError("unit.state() needs the hook `inline_window`")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hooks:
    """Callables of the bot.

    Attributes:
        must_not_be_refused: Tells whether an update is of something that has happened already: a
            payment, if nothing else is given. It is done as soon as Redis is back, and its person
            is not told to try again.
        inline_window: Returns what an inline message shows; needed by bots that use `unit.state`.
    """

    must_not_be_refused: Callable[[Update], bool] = is_payment
    inline_window: InlineWindow = _no_inline_window
