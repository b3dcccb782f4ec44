"""aiogram-dialog's way to the screen: it notes what is to be shown, and shows nothing."""

import secrets
from typing import cast

from aiogram import Bot, Router
from aiogram.enums import ContentType
from aiogram.types import CallbackQuery, ForceReply, ReplyKeyboardMarkup
from aiogram_dialog import ChatEvent, ShowMode
from aiogram_dialog.api.entities import NewMessage, OldMessage, Stack
from aiogram_dialog.api.internal import STACK_KEY
from aiogram_dialog.api.protocols import (
    DialogManager,
    DialogRegistryProtocol,
    MediaIdStorageProtocol,
    MessageManagerProtocol,
    MessageNotModified,
)
from aiogram_dialog.context.media_storage import MediaIdStorage
from aiogram_dialog.manager.manager import ManagerImpl
from typing_extensions import override

from durable_dialogs.drawing.pictures import is_picture
from durable_dialogs.drawing.sending import KINDS, kind_of, name_of
from durable_dialogs.state.outcome import Drawing
from durable_dialogs.state.unit_of_work import UnitOfWork

UNDER_INPUT = (ReplyKeyboardMarkup, ForceReply)
"""What stands under the input field. It belongs to the message that brought it, which
can't be edited (Bot API, "Updating messages")."""


class DurableMessageManager(MessageManagerProtocol):
    """Notes what one stack's message is to show.

    Args:
        transaction: Where the drawings are noted.
        stack: The stack that is drawn.
    """

    def __init__(self, transaction: UnitOfWork, stack: Stack) -> None:
        self._transaction = transaction
        self._stack = stack
        self._record = transaction.record_of(stack)

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
            # To be drawn again as it stands: needed only if it was not sent yet.
            if former > 0:
                raise MessageNotModified
            fresh = False
        else:
            moves = mode in (ShowMode.SEND, ShowMode.DELETE_AND_SEND)
            fresh = former is None or moves or fixed or was_fixed
        if self._is_other(new_message, old_message):
            fresh = True
            mode = ShowMode.DELETE_AND_SEND if mode is ShowMode.EDIT else mode
        shown = awaited() if fresh or former is None else former
        if fresh and old_message:
            await self.remove_kbd(bot, mode, old_message)
        drawing = Drawing(
            self._record,
            new_message.chat.id,
            new_message,
            shown,
            fresh=fresh,
            former=former if fresh and former and former > 0 else None,
            opens=fresh and self._transaction.is_new(self._record),
        )
        self._transaction.drawings.append(drawing)
        return OldMessage(
            chat=new_message.chat,
            message_id=shown,
            media_id=name_of(new_message),
            # Unlike `content_type`, it is stored with the stack.
            media_uniq_id=kind_of(new_message),
            text=new_message.text,
            has_reply_keyboard=fixed,
        )

    def _is_other(self, new: NewMessage, old: OldMessage | None) -> bool:
        """Tell whether a message can't become a window.

        A game or invoice becomes nothing else, and nothing else one; a picture no text.
        """
        former, kind = self._kind(old), kind_of(new)
        if old is None or former is kind is None:
            return False
        if former is None and is_picture(new):
            return False
        return kind != former or name_of(new) != self._stack.last_media_id

    def _kind(self, message: OldMessage | None) -> ContentType | None:
        """Tell which of `KINDS` a message is, or whether a picture, None for others.

        Who pressed it has seen it last; but what was a text may be a picture by now.
        """
        if message is None:
            return None
        last = self._stack.last_media_unique_id
        kind = ContentType.PHOTO if last == ContentType.PHOTO else message.content_type or last
        return ContentType(kind) if kind in {*KINDS, ContentType.PHOTO} else None

    @override
    async def remove_kbd(
        self,
        bot: Bot,
        show_mode: ShowMode,
        old_message: OldMessage | None,
    ) -> None:
        """Note that a message loses its keyboard; see `MessageManagerProtocol`.

        A keyboard under the input field goes with its message: the other way, a
        `ReplyKeyboardRemove`, takes a further message, which would have nothing to say.
        So does that of a game or invoice, which has a first button that can't be taken
        off. Who wants such a message to stay lets go of it, as of a paid invoice:
        `stack.last_message_id = None`.
        """
        if old_message is None or show_mode is ShowMode.NO_UPDATE:
            return
        bound = old_message.has_reply_keyboard or self._kind(old_message) in KINDS
        delete = bound or show_mode is ShowMode.DELETE_AND_SEND
        self._transaction.drawings.append(
            Drawing(
                self._record,
                old_message.chat.id,
                None,
                old_message.message_id,
                delete=delete,
                bound=bound,
            )
        )

    async def answer_callback(self, bot: Bot, callback_query: CallbackQuery) -> None:
        """Do nothing: every press is answered once, after the commit."""


def awaited() -> int:
    """Make a number that stands for a message until it is sent; no message has one below 0."""
    return -1 - secrets.randbelow(2**31)


class DurableManagerFactory:
    """Makes dialog managers that note their drawings in the update's transaction."""

    def __init__(self) -> None:
        self._media_ids: MediaIdStorageProtocol = MediaIdStorage()  # type: ignore[no-untyped-call]

    def __call__(
        self,
        event: ChatEvent,
        data: dict[str, object],
        registry: DialogRegistryProtocol,
        router: Router,
    ) -> DialogManager:
        """Make a manager; see aiogram-dialog's `DialogManagerFactory`."""
        transaction = cast("UnitOfWork", data["transaction"])
        return ManagerImpl(
            event=event,
            data=data,
            message_manager=DurableMessageManager(transaction, cast("Stack", data[STACK_KEY])),
            media_id_storage=self._media_ids,
            registry=registry,
            router=router,
            getter=None,
        )
