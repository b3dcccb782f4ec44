"""What happens to a group: the bot comes into it."""

from aiogram import F, Router
from aiogram.enums import ChatType
from aiogram.filters import JOIN_TRANSITION, ChatMemberUpdatedFilter
from aiogram.types import ChatMemberUpdated, Update
from aiogram_dialog import DialogManager

from fsm.foreground import open_beside
from states import Greeting

router = Router(name="groups")


@router.my_chat_member(
    ChatMemberUpdatedFilter(JOIN_TRANSITION),
    F.chat.type.in_({ChatType.GROUP, ChatType.SUPERGROUP}),
)
async def greet(
    _event: ChatMemberUpdated, event_update: Update, dialog_manager: DialogManager
) -> None:
    """Say once what the bot is for; a window, so that neither repetitions nor kills double it."""
    await open_beside(dialog_manager, f"u{event_update.update_id}", Greeting.hello, {})
