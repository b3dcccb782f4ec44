"""Texts by key, in the language of the window."""

from collections.abc import Mapping
from html import escape
from typing import Any
from unicodedata import bidirectional

from aiogram_dialog import DialogManager
from aiogram_dialog.widgets.common import WhenCondition
from aiogram_dialog.widgets.text import Text

from locales import Texts

TEXTS_KEY = "texts"
"""Where a window's texts stand: in its data, else in the middleware's."""

TURNING = {"R", "AL", "RLE", "RLO", "LRE", "LRO", "RLI", "LRI", "FSI"}
"""What turns the direction of a line, as Unicode calls it: letters, and marks for nothing else."""


def fill(texts: Texts, key: str, data: Mapping[str, object]) -> str:
    """Give a text, filled in from the data that it shares names with.

    Strings are escaped for HTML on the way in, so that what people have typed
    shows as they typed it; the text itself may carry markup.

    Args:
        texts: The texts of the language.
        key: The text's name in the Fluent files.
        data: What may be filled in; only strings and numbers are.
    """
    arguments = {
        name: escape(value, quote=False) if isinstance(value, str) else value
        for name, value in data.items()
        if isinstance(value, str | int | float)
    }
    return texts(key, **arguments)


def isolated(text: str) -> str:
    """Give what people have typed so that it turns nothing around it.

    Where it could, it gets the invisible marks of UAX 9 for that ("Explicit Directional
    Isolates"). Without them a date behind Hebrew would change places with it.
    """
    if any(bidirectional(sign) in TURNING for sign in text):
        return f"\N{FIRST STRONG ISOLATE}{text}\N{POP DIRECTIONAL ISOLATE}"
    return text


class T(Text):
    """A text of the catalog, filled in from the window's data; see `fill`.

    Args:
        key: The text's name in the Fluent files.
        when: Whether it is shown.
    """

    def __init__(self, key: str, when: WhenCondition = None) -> None:
        super().__init__(when=when)
        self.key = key

    async def _render_text(self, data: dict[str, Any], manager: DialogManager) -> str:
        return fill(texts_of(data, manager), self.key, data)


def texts_of(data: Mapping[str, Any], manager: DialogManager) -> Texts:
    """Give the texts of the language that a window speaks.

    Args:
        data: The window's data.
        manager: The window's manager.
    """
    texts: Texts = data.get(TEXTS_KEY) or manager.middleware_data[TEXTS_KEY]
    return texts
