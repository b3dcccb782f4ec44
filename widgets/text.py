"""Texts by key, in the language of the window."""

from collections.abc import Mapping
from html import escape
from typing import Any

from aiogram_dialog import DialogManager
from aiogram_dialog.widgets.common import WhenCondition
from aiogram_dialog.widgets.text import Text

from locales import Texts

TEXTS_KEY = "texts"
"""Where a window's texts stand: in its data, else in the middleware's."""


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
