"""What the bot can learn of chats and persons (getChat, ...); sendChatAction, leaveChat."""

from telegram_playground.errors import BadRequestError
from telegram_playground.groups import join
from telegram_playground.members import chat_member, role_in
from telegram_playground.parameters import Parameters
from telegram_playground.schema import fields_of
from telegram_playground.sending import thread_fields
from telegram_playground.state import Json, Role
from telegram_playground.telegram import Telegram

NO_GIFTS: Json = dict.fromkeys(fields_of("AcceptedGiftTypes"), False)
ACTIONS = frozenset(
    {
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    }
)
"""What a bot can pretend to be doing (Bot API, sendChatAction)."""


def get_chat(telegram: Telegram, call: Parameters) -> Json:
    """Give the full information about a chat (getChat)."""
    chat = telegram.chat(call.chat_id)
    info: Json = {
        **chat.json,
        "accent_color_id": abs(chat.id) % 7,
        "max_reaction_count": 11,
        "accepted_gift_types": NO_GIFTS,
    }
    if "username" in info:
        info["active_usernames"] = [info["username"]]
    if chat.private and telegram.state.persons[chat.id].has_private_forwards:
        info["has_private_forwards"] = True
    return info


def get_chat_member(telegram: Telegram, call: Parameters) -> Json:
    """Give a user's role in a chat (getChatMember)."""
    chat = telegram.chat(call.chat_id)
    return chat_member(telegram.user(call.user_id), role_in(telegram, chat, call.user_id))


def get_chat_administrators(telegram: Telegram, call: Parameters) -> list[Json]:
    """List the administrators of a group, the owner first (getChatAdministrators)."""
    chat = telegram.chat(call.chat_id)
    if chat.private:
        raise BadRequestError("there are no administrators in the private chat")
    leaders = [(user_id, role) for user_id, role in chat.roles.items() if role.leads]
    leaders.sort(key=lambda leader: leader[1] is not Role.CREATOR)
    return [chat_member(telegram.user(user_id), role) for user_id, role in leaders]


def get_chat_member_count(telegram: Telegram, call: Parameters) -> int:
    """Count the members of a chat, including the bot (getChatMemberCount)."""
    chat = telegram.chat(call.chat_id)
    return 2 if chat.private else sum(role.inside for role in chat.roles.values())


def send_chat_action(telegram: Telegram, call: Parameters) -> bool:
    """Check a chat action (sendChatAction); the playground does not show it."""
    if call.action not in ACTIONS:
        raise BadRequestError("wrong parameter action in request")
    chat = telegram.writable_chat(call.chat_id)
    thread_fields(chat, call.message_thread_id)
    return True


def leave_chat(telegram: Telegram, call: Parameters) -> bool:
    """Make the bot leave a group (leaveChat)."""
    chat = telegram.writable_chat(call.chat_id)
    if chat.private:
        raise BadRequestError("chat not found")
    join(telegram, chat, telegram.bot_id, Role.LEFT)
    return True


def get_user_profile_photos(telegram: Telegram, call: Parameters) -> Json:
    """List a user's profile photos: always none (getUserProfilePhotos)."""
    telegram.user(call.user_id)
    return {"total_count": 0, "photos": []}
