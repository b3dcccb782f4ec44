"""Takes a press in a dialog only if the window offers the button.

Callback data comes from the client, and a modified client may send any. aiogram-dialog's widgets
take all of it, even of a button that `when` hides.
"""

from collections.abc import MutableMapping
from typing import Any, cast

import structlog
from aiogram.dispatcher.event.bases import SkipHandler
from aiogram.types import (
    CallbackQuery,
    InlineKeyboardMarkup,
    MaybeInaccessibleMessageUnion,
    Message,
    ReplyKeyboardMarkup,
    TelegramObject,
)
from aiogram_dialog import DialogManager, DialogProtocol
from aiogram_dialog.api.entities import MarkupVariant
from aiogram_dialog.utils import CB_SEP, split_reply_callback
from cachetools import LRUCache, TTLCache

from durable_dialogs.state.outcome import Drawing, EndedError, NotOfferedError
from durable_dialogs.state.unit_of_work import unit_of_work
from durable_dialogs.state.update_data import OFFERED
from durable_dialogs.update.error_handlers import Handler

REMEMBERED = 10_000
"""Number of keyboards that a process remembers."""

MINUTE = 60
"""Seconds for which one person's forged presses are logged once."""
PEOPLE = 10_000
"""People who are remembered for this, at most."""

Key = tuple[str, int]
"""A record's key and a person's id."""

log = structlog.get_logger(__name__)

_noted: MutableMapping[int, bool] = TTLCache(PEOPLE, MINUTE)


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


async def check_press(handler: Handler, event: TelegramObject, data: dict[str, Any]) -> object:
    """A middleware of presses that passes on to dialogs only those of buttons that they offer.

    It must be registered after dialogs are set up. A press of another button of the message is the
    second of a double tap, or of a message that missed an edit: the window is drawn again.

    A press without a context id, which only a button of the bot's own can have, is left to handlers
    behind the dialogs. (aiogram-dialog would take it for a press in the window that is open.)

    Raises:
        SkipHandler: The press is of no dialog.
        NotOfferedError: The message does not show the dialog's window, or the window has a reply
            keyboard, which people press by texts.
        EndedError: The window offers no buttons any more.
    """
    dialog = data["event_router"]
    if not isinstance(dialog, DialogProtocol):
        return await handler(event, data)
    press, manager = cast("CallbackQuery", event), cast("DialogManager", data["dialog_manager"])
    pressed = press.data or ""
    if CB_SEP not in pressed:
        raise SkipHandler
    if not _is_shown_on(press.message, pressed, manager):
        note_forged(press, pressed)
        raise NotOfferedError
    keyboard = await _keyboard(dialog, manager)
    offered = offered_by(keyboard)
    if pressed in offered:
        return await handler(event, data)
    if isinstance(keyboard, ReplyKeyboardMarkup):
        note_forged(press, pressed)
        raise NotOfferedError
    if not offered:
        raise EndedError(manager.current_stack().id)
    note_forged(press, pressed)
    await manager.show()
    return None


async def _keyboard(dialog: DialogProtocol, manager: DialogManager) -> MarkupVariant | None:
    """Return the keyboard that the window offers to this person now."""
    data, unit = manager.middleware_data, unit_of_work(manager)
    remembered: OfferedButtons = data[OFFERED]
    record = unit.record_of(manager.current_stack())
    known = remembered.find(record, unit.version_of(record), data["event_from_user"].id)
    return known or (await dialog.render(manager)).reply_markup


def _is_shown_on(
    message: MaybeInaccessibleMessageUnion | None, pressed: str, manager: DialogManager
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


def carries(message: MaybeInaccessibleMessageUnion | None, data: str | None) -> bool:
    """Tell whether a message shows a button with this callback data."""
    return isinstance(message, Message) and data in offered_by(message.reply_markup)


def note_forged(press: CallbackQuery, data: str | None) -> None:
    """Log a press of a button that its message does not show, once a minute for each person.

    Such a press comes from a modified client, or at the very moment when the window changes.

    Args:
        press: The press, which changed nothing.
        data: The callback data that the button would have on the message.
    """
    person = press.from_user.id
    if person in _noted or not isinstance(press.message, Message) or carries(press.message, data):
        return
    _noted[person] = True
    log.warning("press_not_offered", user=person)
