"""The buttons that windows offer, remembered until a window changes."""

from collections.abc import MutableMapping

from aiogram.types import InlineKeyboardMarkup, ReplyKeyboardMarkup
from aiogram_dialog.api.entities import MarkupVariant
from aiogram_dialog.utils import split_reply_callback
from cachetools import LRUCache

from durable_dialogs.state.outcome import Drawing

REMEMBERED = 10_000
"""Number of keyboards that a process remembers."""

Key = tuple[str, int]
"""A record's key and a person's id."""


class OfferedButtons:
    """Remembers the last rendered buttons of windows, by record and person.

    A press is only taken if the window offers its button. Rendering the window to check that would
    cost a sixth of a press.
    """

    def __init__(self) -> None:
        self._keyboards: MutableMapping[Key, tuple[str, MarkupVariant]] = LRUCache(REMEMBERED)

    def note(self, drawing: Drawing, version: str, person_id: int) -> None:
        """Remember the buttons of a window.

        Args:
            drawing: The rendered window.
            version: The version of its record.
            person_id: The person for whom it was rendered.
        """
        if drawing.content and drawing.content.reply_markup:
            self._keyboards[drawing.record, person_id] = version, drawing.content.reply_markup

    def find(self, record: str, version: str, person_id: int) -> MarkupVariant | None:
        """Return the keyboard that a window offers to a person.

        Args:
            record: The key of the window's record.
            version: The version of the record.
            person_id: The person.

        Returns:
            None if the keyboard of this version is not known.
        """
        known, markup = self._keyboards.get((record, person_id), ("", None))
        return markup if known == version else None


def offered_by(markup: MarkupVariant | None) -> list[str]:
    """Return the callback data of a keyboard's buttons.

    aiogram-dialog hides it in the texts of the buttons of a reply keyboard.
    """
    if isinstance(markup, InlineKeyboardMarkup):
        buttons = (button for row in markup.inline_keyboard for button in row)
        return [button.callback_data for button in buttons if button.callback_data]
    if isinstance(markup, ReplyKeyboardMarkup):
        texts = (button.text for row in markup.keyboard for button in row)
        return [data for _, data in map(split_reply_callback, texts) if data]
    return []
