"""The message manager: it stands in for aiogram-dialog's and only notes what to draw."""

import secrets
from collections.abc import Callable
from typing import cast

from aiogram import Bot, Router
from aiogram.enums import ContentType
from aiogram.types import CallbackQuery, ForceReply, ReplyKeyboardMarkup
from aiogram_dialog import ChatEvent, ShowMode
from aiogram_dialog.api.entities import NewMessage, OldMessage, Stack
from aiogram_dialog.api.internal import STACK_KEY, DataGetter
from aiogram_dialog.api.protocols import (
    DialogManager,
    DialogRegistryProtocol,
    MediaIdStorageProtocol,
    MessageManagerProtocol,
    MessageNotModified,
)
from aiogram_dialog.manager.manager import ManagerImpl
from typing_extensions import override

from durable_dialogs.drawing.media import EDITABLE, NoMediaIds, kind_of, name_of
from durable_dialogs.drawing.sending import KINDS
from durable_dialogs.state.outcome import Drawing
from durable_dialogs.state.unit_of_work import UnitOfWork

UNDER_INPUT = (ReplyKeyboardMarkup, ForceReply)
"""Keyboards below the input field. Such a keyboard belongs to the message that it came with, and
that message can't be edited (Bot API, "Updating messages")."""


class DurableMessageManager(MessageManagerProtocol):
    """Notes in the unit of work what the message of one stack should show.

    Args:
        unit: The unit of work of the update.
        stack: The stack that is drawn.
    """

    def __init__(self, unit: UnitOfWork, stack: Stack) -> None:
        self._unit = unit
        self._stack = stack
        self._record = unit.record_of(stack)

    async def show_message(
        self,
        bot: Bot,
        new_message: NewMessage,
        old_message: OldMessage | None,
    ) -> OldMessage:
        """Note a window; see `MessageManagerProtocol`."""
        mode = new_message.show_mode
        if mode is ShowMode.NO_UPDATE:
            raise MessageNotModified
        former = old_message.message_id if old_message else None
        fixed = isinstance(new_message.reply_markup, UNDER_INPUT)
        was_fixed = old_message is not None and old_message.has_reply_keyboard
        if mode is ShowMode.EDIT and fixed and was_fixed and former:
            # The window is drawn again unchanged, which is needed only if it was not sent yet.
            if former > 0:
                raise MessageNotModified
            fresh = False
        else:
            is_resent = mode in (ShowMode.SEND, ShowMode.DELETE_AND_SEND)
            fresh = former is None or is_resent or fixed or was_fixed
        if self._must_be_sent_anew(new_message, old_message):
            fresh = True
            mode = ShowMode.DELETE_AND_SEND if mode is ShowMode.EDIT else mode
        shown = placeholder() if fresh or former is None else former
        if fresh and old_message:
            await self.remove_kbd(bot, mode, old_message)
        drawing = Drawing(
            self._record,
            new_message.chat.id,
            new_message,
            shown,
            fresh=fresh,
            former=former if fresh and former and former > 0 else None,
            opens=fresh and self._unit.is_new(self._record),
            asked=self._unit.asked if fresh else None,
        )
        self._unit.drawings.append(drawing)
        return OldMessage(
            chat=new_message.chat,
            message_id=shown,
            media_id=name_of(new_message),
            # Unlike `content_type`, this field is stored with the stack.
            media_uniq_id=kind_of(new_message),
            text=new_message.text,
            has_reply_keyboard=fixed,
        )

    def _must_be_sent_anew(self, new: NewMessage, old: OldMessage | None) -> bool:
        """Tell whether Telegram can't edit the old message into the new one; see `EDITABLE`."""
        if old is None:
            return False
        former, kind = self._kind(old), kind_of(new)
        if kind is former is None:
            return False  # a text becomes a text, also one that stands for a game
        if kind in EDITABLE:
            return former not in {None, *EDITABLE}
        return kind != former or name_of(new) != self._stack.last_media_id

    def _kind(self, message: OldMessage | None) -> ContentType | None:
        """Return the type of a message's media, None if it is a text.

        A press tells what its message was for the person who pressed. A text may have become a
        photo since, so a type that the stack remembers comes first if a text can become it.
        """
        if message is None:
            return None
        last = self._stack.last_media_unique_id
        kind = last if last in EDITABLE else message.content_type or last
        if not kind or kind == ContentType.TEXT:
            return None
        return ContentType(kind) if kind in set(ContentType) else ContentType.UNKNOWN

    @override
    async def remove_kbd(
        self,
        bot: Bot,
        show_mode: ShowMode,
        old_message: OldMessage | None,
    ) -> None:
        """Note that a message loses its keyboard; see `MessageManagerProtocol`.

        A keyboard below the input field is removed by deleting its message. The other way, a
        `ReplyKeyboardRemove`, needs another message, which would have no text of its own. A game
        or an invoice is deleted, too, because its first button can't be taken off. To keep such
        a message, as a paid invoice, a handler sets `stack.last_message_id = None`.
        """
        if old_message is None or show_mode is ShowMode.NO_UPDATE:
            return
        bound = old_message.has_reply_keyboard or self._kind(old_message) in KINDS
        delete = bound or show_mode is ShowMode.DELETE_AND_SEND
        self._unit.drawings.append(
            Drawing(
                self._record,
                old_message.chat.id,
                None,
                old_message.message_id,
                delete=delete,
                has_fixed_keyboard=bound,
            )
        )

    async def answer_callback(self, bot: Bot, callback_query: CallbackQuery) -> None:
        """Do nothing, because the middleware answers each press once, after the commit."""


def placeholder() -> int:
    """Return a placeholder for the id of a message that is not sent yet.

    It is a random number below 0, because Telegram's message ids are above 0.
    """
    return -1 - secrets.randbelow(2**31)


class DurableManagerFactory:
    """Makes dialog managers that note their drawings in the update's unit of work.

    Args:
        getter: A getter for all windows, None for none.
        make: Makes a manager, with the arguments of `ManagerImpl`.
    """

    def __init__(
        self,
        getter: DataGetter | None = None,
        make: Callable[..., DialogManager] = ManagerImpl,
    ) -> None:
        self._getter, self._make = getter, make
        no_ids: Callable[[], MediaIdStorageProtocol] = NoMediaIds  # has no types itself
        self._media_ids = no_ids()

    def __call__(
        self,
        event: ChatEvent,
        data: dict[str, object],
        registry: DialogRegistryProtocol,
        router: Router,
    ) -> DialogManager:
        """Make a manager; see aiogram-dialog's `DialogManagerFactory`."""
        unit = cast("UnitOfWork", data["unit"])
        return self._make(
            event=event,
            data=data,
            message_manager=DurableMessageManager(unit, cast("Stack", data[STACK_KEY])),
            media_id_storage=self._media_ids,
            registry=registry,
            router=router,
            getter=self._getter,
        )
