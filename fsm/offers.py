"""What windows offer, as long as nothing has changed since they were rendered."""

from collections.abc import MutableMapping

from aiogram.types import InlineKeyboardMarkup
from cachetools import LRUCache

from fsm.outcome import Drawing

REMEMBERED = 10_000
"""Windows that a process remembers."""

Key = tuple[str, str, int]


class Offers:
    """Remembers the buttons of windows by record, version and person.

    A press has to be of a button that the window offers. Rendering the window to
    see that, and again when the press has changed it, would be a sixth of what a
    press costs.
    """

    def __init__(self) -> None:
        self._offers: MutableMapping[Key, frozenset[str]] = LRUCache(REMEMBERED)

    def note(self, drawing: Drawing, version: str, person_id: int) -> None:
        """Remember what a window offers to the person whom it was rendered for."""
        markup = drawing.content.reply_markup if drawing.content else None
        if isinstance(markup, InlineKeyboardMarkup):
            self._offers[drawing.record, version, person_id] = frozenset(
                button.callback_data
                for row in markup.inline_keyboard
                for button in row
                if button.callback_data
            )

    def find(self, record: str, version: str, person_id: int) -> frozenset[str] | None:
        """Give the callback data that a window offers to a person, None if it is not known."""
        return self._offers.get((record, version, person_id))
