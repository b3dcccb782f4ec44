"""sendMessage, forwardMessage, copyMessage, and deleteMessage."""

from telegram_playground.errors import BadRequestError
from telegram_playground.parameters import Parameters
from telegram_playground.sending import check_right_to_send, posted, send, topic_fields
from telegram_playground.state import Chat, Json, Message, Role
from telegram_playground.telegram import Telegram
from telegram_playground.texts import CAPTION, TEXT, caption_content, text_content

DELETABLE_FOR = 48 * 3_600
"""Seconds for which a bot can delete a message (Bot API, deleteMessage)."""

DICE_KEPT_FOR = 24 * 3_600
"""Seconds for which a dice in a private chat can't be deleted (Bot API, deleteMessage)."""

CAPTIONED = ("animation", "audio", "document", "photo", "video", "voice")
"""Fields of a message with a file that can have a caption."""

MEDIA = (*CAPTIONED, "sticker", "video_note")
"""Fields of a message with a file."""

COPIED = (*TEXT, *CAPTION, *MEDIA, "has_media_spoiler", "dice", "contact", "location", "venue")
"""Fields that a copy or a forwarded message takes over."""


def send_message(telegram: Telegram, call: Parameters) -> Json:
    """Send a text as the bot (sendMessage)."""
    content = text_content(
        telegram, call.text, call.parse_mode, call.entities, call.link_preview_options
    )
    return send(telegram, call, content)


def forward_message(telegram: Telegram, call: Parameters) -> Json:
    """Forward a message (forwardMessage)."""
    source, message = _source(telegram, call, "forward")
    if message.json.get("has_protected_content"):
        raise BadRequestError("message can't be forwarded")
    chat = telegram.writable_chat(call.chat_id)
    origin = message.json.get("forward_origin") or _origin(source, message)
    content = {"from": telegram.state.bot, "forward_origin": origin}
    check_right_to_send(telegram, chat, message.json)
    content |= topic_fields(telegram, chat, call) | _copied(message)
    return telegram.show(chat, telegram.post(chat, Message(content, telegram.bot_id)))


def copy_message(telegram: Telegram, call: Parameters) -> Json:
    """Copy a message (copyMessage)."""
    _, message = _source(telegram, call, "copy")
    content = _copied(message)
    if call.caption is not None and "text" not in content:
        new = caption_content(telegram, call.caption, call.parse_mode, call.caption_entities)
        content = {name: content[name] for name in content if name not in CAPTION} | new
    copy, _ = posted(telegram, call, content)
    return {"message_id": copy.id}


def delete_message(telegram: Telegram, call: Parameters) -> bool:
    """Delete a message (deleteMessage)."""
    chat = telegram.writable_chat(call.chat_id)
    message = chat.messages.get(call.message_id)
    if message is None:
        raise BadRequestError("message to delete not found")
    if not _deletable(telegram, chat, message):
        raise BadRequestError("message can't be deleted")
    telegram.delete(chat, message)
    return True


def delete_messages(telegram: Telegram, call: Parameters) -> bool:
    """Delete messages; those that can't be found or deleted are skipped (deleteMessages)."""
    chat = telegram.writable_chat(call.chat_id)
    for message_id in call.message_ids:
        message = chat.messages.get(message_id)
        if message is not None and _deletable(telegram, chat, message):
            telegram.delete(chat, message)
    return True


def _source(telegram: Telegram, call: Parameters, verb: str) -> tuple[Chat, Message]:
    chat = telegram.chat(call.from_chat_id)
    message = chat.messages.get(call.message_id)
    if message is None:
        raise BadRequestError(f"message to {verb} not found")
    if not message.json.keys() & set(COPIED):
        past = "copied" if verb == "copy" else "forwarded"
        raise BadRequestError(f"message can't be {past}")
    return chat, message


def _copied(message: Message) -> Json:
    return {name: message.json[name] for name in COPIED if name in message.json}


def _origin(chat: Chat, message: Message) -> Json:
    date = message.json["date"]
    if "sender_chat" in message.json:
        return {"type": "chat", "date": date, "sender_chat": chat.json}
    return {"type": "user", "date": date, "sender_user": message.json["from"]}


def _deletable(telegram: Telegram, chat: Chat, message: Message) -> bool:
    """Whether the bot may delete a message (Bot API, deleteMessage)."""
    role = chat.roles.get(telegram.bot_id, Role.MEMBER)
    if chat.type == "supergroup" and role.leads:
        return True
    age = telegram.clock.time() - message.json["date"]
    if age >= DELETABLE_FOR or (chat.private and "dice" in message.json and age < DICE_KEPT_FOR):
        return False
    return chat.private or role.leads or message.author == telegram.bot_id
