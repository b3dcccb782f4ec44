"""What all methods that send a message of the bot have in common: where it goes, and with what."""

from aiogram import methods

from playground.errors import BadRequestError
from playground.keyboards import check_markup
from playground.reply_keyboards import show_keyboard
from playground.state import Chat, Json, Message
from playground.telegram import Telegram

GENERAL_TOPIC = 1
"""The topic of a forum that every message without one belongs to; it can't be named."""

Sending = (
    methods.SendMessage
    | methods.SendAnimation
    | methods.SendAudio
    | methods.SendDocument
    | methods.SendMediaGroup
    | methods.SendPhoto
    | methods.SendSticker
    | methods.SendVideo
    | methods.SendVideoNote
    | methods.SendVoice
    | methods.SendDice
    | methods.SendPoll
    | methods.SendContact
    | methods.SendLocation
    | methods.SendVenue
    | methods.SendGame
    | methods.SendInvoice
    | methods.CopyMessage
)


def send(telegram: Telegram, call: Sending, content: Json, first: str | None = None) -> Json:
    """Post a message as the bot.

    Args:
        telegram: Where to.
        call: The call that asks for it.
        content: What the message says, already checked.
        first: The kind that the first button must have, if the message has a kind of its own.

    Returns:
        The `Message` object.

    Raises:
        ApiError: If it can't go there, or its keyboard is wrong.
    """
    return posted(telegram, call, content, first)[1]


def posted(
    telegram: Telegram, call: Sending, content: Json, first: str | None = None
) -> tuple[Message, Json]:
    """Post a message as the bot, and give it with its `Message` object; see `send`."""
    if getattr(call, "business_connection_id", None):
        raise BadRequestError("business connection not found")
    chat = telegram.writable_chat(call.chat_id)
    markup = None if isinstance(call, methods.SendMediaGroup) else call.reply_markup
    reply_to = _reply_to(telegram, chat, call)
    head: Json = {"from": telegram.state.bot}
    head |= thread_fields(chat, call.message_thread_id) or thread_of_reply(chat, reply_to)
    inline, keyboard = check_markup(telegram, chat, markup, first)
    if call.protect_content is True:
        head["has_protected_content"] = True
    if inline is not None:
        content["reply_markup"] = inline
    message = telegram.post(chat, Message(head | content, telegram.bot_id, reply_to, keyboard))
    if keyboard is not None:
        show_keyboard(telegram, chat, message)
    return message, telegram.show(chat, message)


def thread_fields(chat: Chat, thread_id: int | None) -> Json:
    """The fields of a message that say its topic; a group without topics takes no notice.

    Raises:
        BadRequestError: If there is no such topic.
    """
    if not thread_id or not (chat.private or chat.json.get("is_forum")):
        return {}
    if thread_id == GENERAL_TOPIC or thread_id not in chat.topics:
        raise BadRequestError("message thread not found")
    return {"message_thread_id": thread_id, "is_topic_message": True}


def thread_of_reply(chat: Chat, reply_to: int | None) -> Json:
    """The fields of a message that say its topic, if it is a reply to a message in one."""
    replied = chat.messages.get(reply_to) if reply_to is not None else None
    names = ("message_thread_id", "is_topic_message")
    return {name: replied.json[name] for name in names if name in replied.json} if replied else {}


def _reply_to(telegram: Telegram, chat: Chat, call: Sending) -> int | None:
    if call.reply_parameters is not None:
        message_id = call.reply_parameters.message_id
        source = call.reply_parameters.chat_id
        lenient = call.reply_parameters.allow_sending_without_reply is True
    else:
        message_id, source = call.reply_to_message_id, None
        lenient = call.allow_sending_without_reply is True
    if not message_id:
        return None
    origin = chat if source is None else telegram.chat(source)
    if message_id in origin.messages:
        return message_id if origin is chat else None
    if lenient:
        return None
    raise BadRequestError("message to be replied not found")
