"""Sends the bot's messages: what all sending methods check and do."""

from telegram_playground.errors import BadRequestError
from telegram_playground.keyboards import check_markup
from telegram_playground.parameters import Parameters
from telegram_playground.reply_keyboards import show_keyboard
from telegram_playground.state import Chat, Json, Message, Role
from telegram_playground.telegram import Telegram
from telegram_playground.values import MARKUP

GENERAL_TOPIC = 1
"""The id of a forum's General topic; messages in it carry no `message_thread_id`."""

KINDS = {
    "photo": "photos",
    "document": "documents",
    "game": "games",
    "poll": "polls",
    "sticker": "stickers",
}
"""Names of the rights to send in refusals, by the field of the message."""


def send(
    telegram: Telegram,
    call: Parameters,
    content: Json,
    first: str | None = None,
    default: Json | None = None,
) -> Json:
    """Send a message as the bot.

    Args:
        telegram: The playground.
        call: Parameters call that sends it.
        content: The fields of the message's content, already checked.
        first: The kind that the first button must have: `callback_game`, `pay` or any (`None`).
        default: The inline keyboard if the call has no markup.

    Returns:
        The `Message` object.

    Raises:
        ApiError: If the bot can't write there, or topic, reply or keyboard are wrong.
    """
    return posted(telegram, call, content, first, default)[1]


def posted(
    telegram: Telegram,
    call: Parameters,
    content: Json,
    first: str | None = None,
    default: Json | None = None,
) -> tuple[Message, Json]:
    """Send a message as `send` does; return it with its `Message` object."""
    if getattr(call, "business_connection_id", None):
        raise BadRequestError("business connection not found")
    chat = telegram.writable_chat(call.chat_id)
    check_right_to_send(telegram, chat, content)
    markup = getattr(call, MARKUP, None) or default
    reply_to = _reply_to(telegram, chat, call)
    head: Json = {"from": telegram.state.bot}
    head |= topic_fields(telegram, chat, call) or _topic_of_reply(telegram, chat, reply_to)
    inline, keyboard = check_markup(telegram, chat, markup, first)
    if call.protect_content:
        head["has_protected_content"] = True
    if inline is not None:
        content["reply_markup"] = inline
    message = telegram.post(chat, Message(head | content, telegram.bot_id, reply_to, keyboard))
    if keyboard is not None:
        show_keyboard(telegram, chat, message)
    return message, telegram.show(chat, message)


def check_right_to_send(telegram: Telegram, chat: Chat, content: Json) -> None:
    """Make sure that the bot has the right to send to a chat.

    Raises:
        BadRequestError: If the bot is restricted there.
    """
    if chat.roles.get(telegram.bot_id) is Role.RESTRICTED:
        kinds = (words for field, words in KINDS.items() if field in content)
        kind = next(kinds, "text messages")
        raise BadRequestError(f"not enough rights to send {kind} to the chat")


def topic_fields(telegram: Telegram, chat: Chat, call: Parameters) -> Json:
    """Give the fields for the topic of a message, in a forum or in direct messages.

    Raises:
        BadRequestError: If there is no such topic, or it is closed.
    """
    topic_id = getattr(call, "direct_messages_topic_id", None)
    if chat.json.get("is_direct_messages"):
        person = telegram.state.persons.get(topic_id or 0)
        if person is None:
            raise BadRequestError("direct messages topic must be specified")
        return {"direct_messages_topic": {"topic_id": topic_id, "user": person.user}}
    leads = chat.roles.get(telegram.bot_id, Role.LEFT).leads
    return thread_fields(chat, call.message_thread_id, may_write_in_closed=leads)


def thread_fields(chat: Chat, thread_id: int | None, *, may_write_in_closed: bool = False) -> Json:
    """Give the fields for the topic of a message; none in a group without topics.

    Raises:
        BadRequestError: If there is no such topic, or it is closed.
    """
    if not (chat.private or chat.json.get("is_forum")):
        return {}
    if thread_id and thread_id not in chat.topics:
        raise BadRequestError("message thread not found")
    if (thread_id or GENERAL_TOPIC) in chat.closed and not may_write_in_closed:
        raise BadRequestError("TOPIC_CLOSED")
    return {"message_thread_id": thread_id, "is_topic_message": True} if thread_id else {}


def thread_of_reply(chat: Chat, reply_to: int | None) -> Json:
    """Give the fields for the topic of a reply: those of the message that it replies to."""
    replied = chat.messages.get(reply_to) if reply_to is not None else None
    names = ("message_thread_id", "is_topic_message")
    return {name: replied.json[name] for name in names if name in replied.json} if replied else {}


def _topic_of_reply(telegram: Telegram, chat: Chat, reply_to: int | None) -> Json:
    """Give the fields for the topic of a reply of the bot; refuse a closed topic."""
    fields = thread_of_reply(chat, reply_to)
    if chat.roles.get(telegram.bot_id, Role.LEFT).leads:
        return fields
    if fields.get("message_thread_id", GENERAL_TOPIC) in chat.closed:
        raise BadRequestError("TOPIC_CLOSED")
    return fields


def _reply_to(telegram: Telegram, chat: Chat, call: Parameters) -> int | None:
    reply: Json = call.reply_parameters or {
        "message_id": call.reply_to_message_id,
        "allow_sending_without_reply": call.allow_sending_without_reply,
    }
    message_id, source = reply["message_id"], reply.get("chat_id")
    if not message_id:
        return None
    origin = chat if source is None else telegram.chat(source)
    if message_id in origin.messages:
        return int(message_id) if origin is chat else None
    if reply.get("allow_sending_without_reply"):
        return None
    raise BadRequestError("message to be replied not found")
