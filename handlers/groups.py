"""Handlers of changes to a group: the bot is added, the group becomes a supergroup."""

from aiogram import F, Router
from aiogram.enums import ChatType
from aiogram.filters import JOIN_TRANSITION, ChatMemberUpdatedFilter
from aiogram.types import ChatMemberUpdated, Message, Update
from aiogram_dialog import DialogManager

from durable_dialogs import UnitOfWork, open_beside, upgrade_of
from states import Greeting

router = Router(name="groups")


@router.my_chat_member(
    ChatMemberUpdatedFilter(JOIN_TRANSITION),
    F.chat.type.in_({ChatType.GROUP, ChatType.SUPERGROUP}),
    # Before somebody writes, the direct messages chat of a channel belongs to no person.
    ~F.chat.is_direct_messages,
)
async def greet(
    _event: ChatMemberUpdated, event_update: Update, dialog_manager: DialogManager
) -> None:
    """Introduce the bot; a window, because the engine sends a window only once."""
    await open_beside(dialog_manager, f"u{event_update.update_id}", Greeting.hello, {})


@router.message(F.migrate_to_chat_id.as_("new_id"))
async def leave_old(message: Message, unit: UnitOfWork, new_id: int) -> None:
    """Migrate the group's dialogs; Telegram reports the migration in the old chat."""
    unit.deliver(*upgrade_of(message.chat.id, new_id))


@router.message(F.migrate_from_chat_id.as_("old_id"))
async def arrive(message: Message, unit: UnitOfWork, old_id: int) -> None:
    """Migrate the group's dialogs; Telegram reports it in the new chat as well.

    The first of the two reports does it.
    """
    unit.deliver(*upgrade_of(old_id, message.chat.id))
