"""What a bot can do for the engine; no bot needs to."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aiogram.types import Update
from aiogram_dialog.api.entities import NewMessage

InlineWindow = Callable[[Mapping[str, Any]], Awaitable[NewMessage]]
"""Returns what a message that was sent through inline mode shows, from its state."""


def _never(_update: Update) -> bool:
    return False


async def _no_inline_window(_state: Mapping[str, Any]) -> NewMessage:
    raise RuntimeError("unit.state() needs the hook `inline_window`")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hooks:
    """Callables of the bot.

    Attributes:
        must_not_be_refused: Tells whether an update is of something that has happened already,
            such as a payment. It is done as soon as Redis is back, and its person is not told to
            try again.
        inline_window: Returns what an inline message shows; needed by bots that use `unit.state`.
    """

    must_not_be_refused: Callable[[Update], bool] = _never
    inline_window: InlineWindow = _no_inline_window
