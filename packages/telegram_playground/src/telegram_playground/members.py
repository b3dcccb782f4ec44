"""Who is in a chat, in Telegram's objects."""

from aiogram.types import ChatMemberAdministrator, ChatMemberRestricted

from telegram_playground.state import Chat, Json, Role
from telegram_playground.telegram import Telegram

RIGHTS: Json = {
    name: name.startswith("can_") and name != "can_be_edited"
    for name, field in ChatMemberAdministrator.model_fields.items()
    if field.is_required() and field.annotation is bool
}
"""An administrator who may do everything but be edited by the bot."""

NO_RIGHTS: Json = {
    name: name == "is_member"
    for name, field in ChatMemberRestricted.model_fields.items()
    if field.is_required() and field.annotation is bool
}
"""A member who may do nothing, until somebody takes that back."""


def chat_member(user: Json, role: Role) -> Json:
    """The `ChatMember` object of somebody in some role."""
    member: Json = {"user": user, "status": role.value}
    match role:
        case Role.CREATOR:
            member["is_anonymous"] = False
        case Role.ADMINISTRATOR:
            member |= RIGHTS
        case Role.RESTRICTED:
            member |= NO_RIGHTS | {"until_date": 0}
        case Role.KICKED:
            member["until_date"] = 0
    return member


def role_in(telegram: Telegram, chat: Chat, user_id: int) -> Role:
    """What somebody is in a chat; in a private chat both sides are members."""
    if chat.private:
        return Role.MEMBER if user_id in {chat.id, telegram.bot_id} else Role.LEFT
    return chat.roles.get(user_id, Role.LEFT)


def announce_change(telegram: Telegram, chat: Chat, by: Json, changes: tuple[Json, Json]) -> None:
    """Tell the bot that somebody's place in a chat has changed.

    Args:
        telegram: Where it happens.
        chat: The chat.
        by: The user who changed it.
        changes: The `ChatMember` objects before and after.
    """
    old, new = changes
    user_id = new["user"]["id"]
    content = {
        "chat": chat.json,
        "from": by,
        "date": int(telegram.clock.time()),
        "old_chat_member": old,
        "new_chat_member": new,
    }
    if user_id == telegram.bot_id:
        telegram.queue.push("my_chat_member", content, chat.id)
    elif chat.roles.get(telegram.bot_id, Role.LEFT).leads:
        # Of others' changes only an administrator hears (Bot API, Update.chat_member).
        telegram.queue.push("chat_member", content, user_id)
