"""sendMessage, the edits, and deleteMessage."""

from aiogram.methods import (
    DeleteMessage,
    DeleteMessages,
    EditMessageReplyMarkup,
    EditMessageText,
    SendMessage,
)
from aiogram.types import LinkPreviewOptions

from playground.errors import BadRequestError
from playground.formatting import format_text
from playground.keyboards import check_inline_keyboard, check_markup
from playground.state import Chat, Json, Message, Role
from playground.telegram import Telegram

GENERAL_TOPIC = 1
"""The topic of a forum that every message without one belongs to; it can't be named."""

DELETABLE_FOR = 48 * 3_600
"""Seconds for which a bot can delete a message (Bot API, deleteMessage)."""

NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same"
    " as a current content and reply markup of the message"
)


def send_message(telegram: Telegram, call: SendMessage) -> Json:
    """Post a text as the bot (sendMessage)."""
    content = _text_content(telegram, call)
    _refuse_business(call)
    chat = telegram.writable_chat(call.chat_id)
    thread_id = _thread(chat, call.message_thread_id)
    reply_to = _reply_to(telegram, chat, call)
    inline, keyboard = check_markup(telegram, chat, call.reply_markup)
    head: Json = {"from": telegram.state.bot}
    if thread_id is not None:
        head |= {"message_thread_id": thread_id, "is_topic_message": True}
    if call.protect_content is True:
        head["has_protected_content"] = True
    if inline is not None:
        content["reply_markup"] = inline
    message = Message(head | content, telegram.bot_id, reply_to, keyboard)
    return telegram.show(chat, telegram.post(chat, message))


def edit_message_text(telegram: Telegram, call: EditMessageText) -> Json:
    """Change text and inline keyboard of a message of the bot (editMessageText)."""
    content = _text_content(telegram, call)
    chat, message = _editable(telegram, call)
    if "text" not in message.json:
        raise BadRequestError("there is no text in the message to edit")
    return _edit(telegram, chat, message, content | _inline(telegram, chat, call))


def edit_message_reply_markup(telegram: Telegram, call: EditMessageReplyMarkup) -> Json:
    """Change the inline keyboard of a message of the bot (editMessageReplyMarkup)."""
    chat, message = _editable(telegram, call)
    content = {name: message.json[name] for name in CONTENT if name in message.json}
    return _edit(telegram, chat, message, content | _inline(telegram, chat, call))


def delete_message(telegram: Telegram, call: DeleteMessage) -> bool:
    """Take a message away (deleteMessage)."""
    chat = telegram.writable_chat(call.chat_id)
    message = chat.messages.get(call.message_id)
    if message is None:
        raise BadRequestError("message to delete not found")
    if not _deletable(telegram, chat, message):
        raise BadRequestError("message can't be deleted")
    telegram.delete(chat, message)
    return True


def delete_messages(telegram: Telegram, call: DeleteMessages) -> bool:
    """Take messages away; those that can't be found or deleted are passed over (deleteMessages)."""
    chat = telegram.writable_chat(call.chat_id)
    for message_id in call.message_ids:
        message = chat.messages.get(message_id)
        if message is not None and _deletable(telegram, chat, message):
            telegram.delete(chat, message)
    return True


CONTENT = ("text", "entities", "link_preview_options")
"""Fields of a message that editMessageText replaces."""


def _text_content(telegram: Telegram, call: SendMessage | EditMessageText) -> Json:
    parse_mode = call.parse_mode if isinstance(call.parse_mode, str) else None
    text, found = format_text(call.text, parse_mode, call.entities)
    content: Json = {"text": text}
    entities = [entity for entity in found if _resolve_mention(telegram, entity)]
    if entities:
        content["entities"] = entities
    if isinstance(call.link_preview_options, LinkPreviewOptions):
        preview = call.link_preview_options
        content["link_preview_options"] = preview.model_dump(exclude_unset=True, exclude_none=True)
    return content


def _resolve_mention(telegram: Telegram, entity: Json) -> bool:
    """Fill in whom a text mention means; one of somebody unknown is dropped."""
    if entity["type"] == "text_mention":
        person = telegram.state.persons.get(entity["user"]["id"])
        if person is None:
            return False
        entity["user"] = person.user
    return True


def _inline(telegram: Telegram, chat: Chat, call: EditMessageText | EditMessageReplyMarkup) -> Json:
    inline = check_inline_keyboard(telegram, chat, call.reply_markup)
    return {} if inline is None else {"reply_markup": inline}


def _editable(
    telegram: Telegram, call: EditMessageText | EditMessageReplyMarkup
) -> tuple[Chat, Message]:
    _refuse_business(call)
    if call.inline_message_id is not None and call.chat_id is None:
        raise BadRequestError("MESSAGE_ID_INVALID")
    if call.chat_id is None and call.message_id is None:
        raise BadRequestError("message identifier is not specified")
    chat = telegram.writable_chat("" if call.chat_id is None else call.chat_id)
    message = chat.messages.get(call.message_id or 0)
    if message is None:
        raise BadRequestError("message to edit not found")
    if message.author != telegram.bot_id or message.keyboard is not None:
        raise BadRequestError("message can't be edited")
    return chat, message


def _edit(telegram: Telegram, chat: Chat, message: Message, content: Json) -> Json:
    """Replace what a message says; `content` is all that it says from now on."""
    replaced = (*CONTENT, "reply_markup")
    if content == {name: message.json[name] for name in replaced if name in message.json}:
        raise BadRequestError(NOT_MODIFIED)
    kept = {name: value for name, value in message.json.items() if name not in replaced}
    message.json = kept | {"edit_date": int(telegram.clock.time())} | content
    telegram.touch(chat, message)
    return telegram.show(chat, message)


def _thread(chat: Chat, thread_id: int | None) -> int | None:
    """The topic to write to; a group without topics takes no notice of the parameter."""
    if not thread_id or not (chat.private or chat.json.get("is_forum")):
        return None
    if thread_id == GENERAL_TOPIC or thread_id not in chat.topics:
        raise BadRequestError("message thread not found")
    return thread_id


def _reply_to(telegram: Telegram, chat: Chat, call: SendMessage) -> int | None:
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


def _deletable(telegram: Telegram, chat: Chat, message: Message) -> bool:
    """The rules for bots under deleteMessage in the Bot API documentation."""
    role = chat.roles.get(telegram.bot_id, Role.MEMBER)
    if chat.type == "supergroup" and role.leads:
        return True
    if telegram.clock.time() - message.json["date"] >= DELETABLE_FOR:
        return False
    return chat.private or role.leads or message.author == telegram.bot_id


def _refuse_business(call: SendMessage | EditMessageText | EditMessageReplyMarkup) -> None:
    if call.business_connection_id:
        raise BadRequestError("business connection not found")
