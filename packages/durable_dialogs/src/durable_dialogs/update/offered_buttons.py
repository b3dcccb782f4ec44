"""What windows offer, as long as nothing has changed since they were rendered."""

from collections.abc import MutableMapping

from aiogram.types import InlineKeyboardMarkup
from aiogram_dialog.api.entities import MarkupVariant
from cachetools import LRUCache

from durable_dialogs.state.outcome import Drawing

REMEMBERED = 10_000
"""Windows that a process remembers."""

Key = tuple[str, int]


class OfferedButtons:
    """Remembers the buttons of windows as they were last rendered, by record and person.

    A press has to be of a button that the window offers. Rendering the window to
    see that, and again when the press has changed it, would be a sixth of what a
    press costs.
    """

    def __init__(self) -> None:
        self._offers: MutableMapping[Key, tuple[str, MarkupVariant]] = LRUCache(REMEMBERED)

    def note(self, drawing: Drawing, version: str, person_id: int) -> None:
        """Remember what a window offers to the person whom it was rendered for."""
        if drawing.content and drawing.content.reply_markup:
            self._offers[drawing.record, person_id] = version, drawing.content.reply_markup

    def find(self, record: str, version: str, person_id: int) -> list[str] | None:
        """Give the callback data that a window offers to a person, None if it is not known."""
        known, markup = self._offers.get((record, person_id), ("", None))
        return offered_by(markup) if markup and known == version else None


def offered_by(markup: MarkupVariant) -> list[str]:
    """Give the callback data of a keyboard's buttons; none stand under the input field."""
    if not isinstance(markup, InlineKeyboardMarkup):
        return []
    buttons = (button for row in markup.inline_keyboard for button in row)
    return [button.callback_data for button in buttons if button.callback_data]
