"""A window that takes only what it offers."""

from collections.abc import Collection, MutableMapping
from typing import Any

from aiogram.dispatcher.event.bases import SkipHandler
from aiogram.types import CallbackQuery, Chat, MaybeInaccessibleMessageUnion, Message, User
from aiogram_dialog import DialogManager, DialogProtocol
from aiogram_dialog import Window as LibraryWindow
from aiogram_dialog.api.entities import MarkupVariant
from aiogram_dialog.utils import intent_callback_data
from cachetools import LRUCache

from durable_dialogs import OfferedButtons, UnitOfWork, offered_by
from widgets.notice import Ended, Notice
from widgets.presses import carries, note_forged
from widgets.text import texts_of

REMEMBERED = 10_000
"""Keyboards that a window remembers."""


class Window(LibraryWindow):
    """A window that takes a press only of a button that it shows to this person now.

    Callback data comes from the client, and a modified one may send any. The
    library's widgets take it as it is, also of a button hidden by `when`.
    A message goes on to other handlers, unless the window has an input for it.

    Args:
        widgets: What the window is made of; see the library's `Window`.
        same_buttons: Whether its buttons stay as they are for as long as it is open,
            but for the language. Then they are rendered once: of all that a press
            costs, rendering them each time would be a tenth.
        options: Whatever else the library's `Window` takes.
    """

    def __init__(
        self,
        *widgets: Any,  # noqa: ANN401 - as the library's
        same_buttons: bool = False,
        **options: Any,  # noqa: ANN401 - likewise
    ) -> None:
        super().__init__(*widgets, **options)
        self._keyboards: MutableMapping[tuple[int, str, str], MarkupVariant] | None = (
            LRUCache(REMEMBERED) if same_buttons else None
        )

    async def render_kbd(self, data: dict[str, Any], manager: DialogManager) -> MarkupVariant:
        """Render the buttons; see the library's `Window`."""
        if self._keyboards is None:
            return await super().render_kbd(data, manager)
        chat: Chat = manager.middleware_data["event_chat"]
        # A context's id is its own in its chat only: aiogram-dialog has 100 of them a second.
        key = (chat.id, manager.current_context().id, texts_of(data, manager).language)
        if key not in self._keyboards:
            self._keyboards[key] = await super().render_kbd(data, manager)
        return self._keyboards[key]

    async def process_callback(
        self, callback: CallbackQuery, dialog: DialogProtocol, manager: DialogManager
    ) -> bool:
        """Let the widgets process a press, if it is of a button that is offered.

        Raises:
            Notice: The message does not show this window.
            Ended: Nothing is offered any more.
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
        # The second tap of a double one, or a message that missed an edit: drawn as it stands.
        note_forged(callback, pressed)
        return True

    async def _offered(self, dialog: DialogProtocol, manager: DialogManager) -> Collection[str]:
        """Give the callback data that the window offers to this person now."""
        transaction: UnitOfWork = manager.middleware_data["transaction"]
        offers: OfferedButtons = manager.middleware_data["offers"]
        person: User = manager.middleware_data["event_from_user"]
        record = transaction.record_of(manager.current_stack())
        known = offers.find(record, transaction.version_of(record), person.id)
        if known is None:
            data = await self.load_data(dialog, manager)
            known = offered_by(await self.render_kbd(data, manager))
        return known

    async def process_message(
        self, message: Message, dialog: DialogProtocol, manager: DialogManager
    ) -> bool:
        """Let the window's input process a message.

        Raises:
            SkipHandler: It has none.
        """
        if self.on_message is None:
            raise SkipHandler
        return bool(await super().process_message(message, dialog, manager))

    async def load_data(self, dialog: DialogProtocol, manager: DialogManager) -> dict[str, Any]:
        """Give what the window shows; see the library's `Window`."""
        data: dict[str, Any] = await super().load_data(dialog, manager)
        return data


def _is_shown_on(
    message: MaybeInaccessibleMessageUnion | None, pressed: str | None, manager: DialogManager
) -> bool:
    """Tell whether a message shows the manager's window, so that it may be drawn there.

    It is the message that the stack knows, or one with the window's button on
    it: a kill between sending and noting a message leaves two that lead here.
    """
    known = manager.current_stack().last_message_id
    if not isinstance(message, Message) or message.message_id == known:
        return True
    if message.reply_markup is None:
        # Below 0 it stands for a message that is being sent; see `durable_dialogs.drawing`.
        return known is None or known < 0
    return carries(message, pressed)
