"""A window whose buttons may be rendered once, and whose input may be absent."""

from collections.abc import MutableMapping
from typing import Any, TypedDict, Unpack

from aiogram.dispatcher.event.bases import SkipHandler
from aiogram.fsm.state import State
from aiogram.types import Message
from aiogram_dialog import DialogManager, DialogProtocol
from aiogram_dialog import Window as LibraryWindow
from aiogram_dialog.api.entities import MarkupVariant
from aiogram_dialog.api.internal import DataGetter, TextWidget
from aiogram_dialog.api.internal.widgets import MarkupFactory
from aiogram_dialog.widgets.input import BaseInput
from aiogram_dialog.widgets.kbd import Keyboard
from aiogram_dialog.widgets.media import Media
from cachetools import LRUCache

from widgets.services import chat_of
from widgets.text import window_texts

Part = TextWidget | Keyboard | Media | BaseInput
"""A widget that a window is made of."""

REMEMBERED = 10_000
"""Keyboards that a window remembers."""


class Options(TypedDict, total=False):
    """Options of aiogram-dialog's `Window`."""

    getter: DataGetter | None
    markup_factory: MarkupFactory
    preview_data: dict[str, Any] | None


class Window(LibraryWindow):
    """A window that passes messages on to other handlers, unless it has an input.

    Args:
        widgets: The parts of the window; see aiogram-dialog's `Window`.
        state: The window's state.
        same_buttons: Whether the buttons change with the language only, as long as the window is
            open. Then they are rendered once, which saves a tenth of a press.
        options: Options of aiogram-dialog's `Window`.
    """

    def __init__(
        self,
        *widgets: Part,
        state: State,
        same_buttons: bool = False,
        **options: Unpack[Options],
    ) -> None:
        super().__init__(*widgets, state=state, **options)
        self._keyboards: MutableMapping[tuple[int, str, str], MarkupVariant] | None = (
            LRUCache(REMEMBERED) if same_buttons else None
        )

    async def render_kbd(self, data: dict[str, Any], manager: DialogManager) -> MarkupVariant:
        """Render the buttons; see aiogram-dialog's `Window`."""
        if self._keyboards is None:
            return await super().render_kbd(data, manager)
        # With the chat, because two chats may have a context of the same id: `new_id()` has 100
        # values a second.
        context_id = manager.current_context().id
        key = (chat_of(manager).id, context_id, window_texts(data, manager).language)
        if key not in self._keyboards:
            self._keyboards[key] = await super().render_kbd(data, manager)
        return self._keyboards[key]

    async def process_message(
        self, message: Message, dialog: DialogProtocol, manager: DialogManager
    ) -> bool:
        """Let the window's input process a message.

        Raises:
            SkipHandler: The window has no input.
        """
        if self.on_message is None:
            raise SkipHandler
        return bool(await super().process_message(message, dialog, manager))
