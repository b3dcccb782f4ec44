"""A window that takes a press only if it offers the button."""

from collections.abc import Collection, MutableMapping
from typing import Any, TypedDict, Unpack

from aiogram.dispatcher.event.bases import SkipHandler
from aiogram.fsm.state import State
from aiogram.types import CallbackQuery, MaybeInaccessibleMessageUnion, Message
from aiogram_dialog import DialogManager, DialogProtocol
from aiogram_dialog import Window as LibraryWindow
from aiogram_dialog.api.entities import MarkupVariant
from aiogram_dialog.api.internal import DataGetter, TextWidget
from aiogram_dialog.api.internal.widgets import MarkupFactory
from aiogram_dialog.utils import intent_callback_data
from aiogram_dialog.widgets.input import BaseInput
from aiogram_dialog.widgets.kbd import Keyboard
from aiogram_dialog.widgets.media import Media
from cachetools import LRUCache

from durable_dialogs import offered_by
from widgets.notice import Ended, Notice
from widgets.presses import carries, note_forged
from widgets.services import chat_of, offered_buttons, person_of, unit_of_work
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
    """A window that takes a press only if it offers the button to this person now.

    Callback data comes from the client, and a modified client may send any. aiogram-dialog's
    widgets take all of it, even of a button that `when` hides. A message goes on to other
    handlers, unless the window has an input.

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

    async def process_callback(
        self, callback: CallbackQuery, dialog: DialogProtocol, manager: DialogManager
    ) -> bool:
        """Let the widgets process a press, if the window offers the button.

        Raises:
            Notice: The message does not show this window.
            Ended: The window offers no buttons any more.
        """
        pressed = intent_callback_data(manager.current_context().id, callback.data)
        if not _is_shown_on(callback.message, pressed, manager):
            note_forged(callback, pressed)
            raise Notice("notice-not-offered")
        offered = await self._offered(dialog, manager)
        if pressed in offered:
            return bool(await super().process_callback(callback, dialog, manager))
        if not offered:
            raise Ended(manager.current_stack().id)
        # A double tap, or a message that missed an edit: the window is drawn again.
        note_forged(callback, pressed)
        return True

    async def _offered(self, dialog: DialogProtocol, manager: DialogManager) -> Collection[str]:
        """Give the callback data of all buttons that the window offers to this person now."""
        unit = unit_of_work(manager)
        record = unit.record_of(manager.current_stack())
        version = unit.version_of(record)
        known = offered_buttons(manager).find(record, version, person_of(manager).id)
        if known is None:
            data = await self.load_data(dialog, manager)
            known = offered_by(await self.render_kbd(data, manager))
        return known

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

    async def load_data(self, dialog: DialogProtocol, manager: DialogManager) -> dict[str, Any]:
        """Load the window's data; see aiogram-dialog's `Window`."""
        data: dict[str, Any] = await super().load_data(dialog, manager)
        return data


def _is_shown_on(
    message: MaybeInaccessibleMessageUnion | None, pressed: str | None, manager: DialogManager
) -> bool:
    """Tell whether a message shows the manager's window, so that the window may be drawn there.

    That is the stack's message, or one with the window's button on it: if a process dies between
    sending a message and storing its id, two messages lead to the same stack.
    """
    known = manager.current_stack().last_message_id
    if not isinstance(message, Message) or message.message_id == known:
        return True
    if message.reply_markup is None:
        # An id below 0 stands for a message that is being sent; see `durable_dialogs.drawing`.
        return known is None or known < 0
    return carries(message, pressed)
