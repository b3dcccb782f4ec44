"""Roles in a chat, and the `ChatMember` objects that tell them."""

from telegram_playground.schema import fields_of
from telegram_playground.state import Chat, Json, Role
from telegram_playground.telegram import Telegram

RIGHTS: Json = {
    name: name.startswith("can_") and name != "can_be_edited"
    for name, field in fields_of("ChatMemberAdministrator").items()
    if field.required and field.type == "Boolean"
}
"""Fields of an administrator with every right, which the bot can't change."""

NO_RIGHTS: Json = {
    name: name == "is_member"
    for name, field in fields_of("ChatMemberRestricted").items()
    if field.required and field.type == "Boolean"
}
"""Fields of a restricted member who has no right, without an end date."""


def chat_member(user: Json, role: Role) -> Json:
    """Make the `ChatMember` object of a user in a role."""
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
    """Give a user's role in a chat; in a private chat the person and the bot are members."""
    if chat.private:
        return Role.MEMBER if user_id in {chat.id, telegram.bot_id} else Role.LEFT
    return chat.roles.get(user_id, Role.LEFT)


def announce_change(telegram: Telegram, chat: Chat, by: Json, changes: tuple[Json, Json]) -> None:
    """Queue an update that tells the bot of a role change.

    Args:
        telegram: The playground, which keeps the updates.
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
        # A bot gets the changes of others only as an administrator (Bot API, Update.chat_member).
        telegram.queue.push("chat_member", content, user_id)
