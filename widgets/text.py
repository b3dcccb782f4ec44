"""Texts in a window, found by their keys, in the window's language."""

from collections.abc import Mapping
from html import escape
from typing import Any
from unicodedata import bidirectional

from aiogram_dialog import DialogManager
from aiogram_dialog.widgets.common import WhenCondition
from aiogram_dialog.widgets.text import Text

from locales import Texts
from widgets.services import texts_of

TEXTS_KEY = "texts"
"""Key of a window's data for its texts, if they are not those of the person who pressed."""

TURNING = {"R", "AL", "RLE", "RLO", "LRE", "LRO", "RLI", "LRI", "FSI"}
"""Unicode's classes of characters that change the direction of a line (UAX 9)."""


def fill(texts: Texts, key: str, data: Mapping[str, object]) -> str:
    """Give a text with its variables filled in.

    Strings are escaped for HTML, so that what people typed shows as they typed it. The text
    itself may have markup.

    Args:
        texts: The texts of the language.
        key: The text's key in the Fluent files.
        data: Values of the variables, by their names; only strings and numbers are used.
    """
    arguments = {
        name: escape(value, quote=False) if isinstance(value, str) else value
        for name, value in data.items()
        if isinstance(value, str | int | float)
    }
    return texts(key, **arguments)


def isolated(text: str) -> str:
    """Keep what people typed from changing the direction of the text around it.

    Text in Hebrew, for example, is put between the invisible marks of UAX 9 ("Explicit
    Directional Isolates"). Without them a date after it would swap places with it.
    """
    if any(bidirectional(character) in TURNING for character in text):
        return f"\N{FIRST STRONG ISOLATE}{text}\N{POP DIRECTIONAL ISOLATE}"
    return text


class T(Text):
    """A text by its key, filled in from the window's data; see `fill`.

    Args:
        key: The text's key in the Fluent files.
        when: Whether the text is shown.
    """

    def __init__(self, key: str, when: WhenCondition = None) -> None:
        super().__init__(when=when)
        self.key = key

    async def _render_text(self, data: dict[str, Any], manager: DialogManager) -> str:
        return fill(window_texts(data, manager), self.key, data)


def window_texts(data: Mapping[str, Any], manager: DialogManager) -> Texts:
    """Give the texts of a window's language: its own, else that of the update's person.

    Args:
        data: The window's data.
        manager: The window's manager.
    """
    texts: Texts | None = data.get(TEXTS_KEY)
    return texts or texts_of(manager)
