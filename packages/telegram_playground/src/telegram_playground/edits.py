"""Edits of the bot's messages, including those sent through inline mode."""

from telegram_playground.errors import BadRequestError
from telegram_playground.keyboards import check_inline_keyboard
from telegram_playground.media import media_content
from telegram_playground.messages import CAPTIONED
from telegram_playground.parameters import Parameters
from telegram_playground.state import Chat, Json, Message
from telegram_playground.telegram import Telegram
from telegram_playground.texts import CAPTION, TEXT, caption_content, text_content

REPLACEABLE = tuple(name for name in CAPTIONED if name != "voice")
"""Fields of a message whose file editMessageMedia can replace."""

NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same"
    " as a current content and reply markup of the message"
)

FIRST_BUTTONS = {"game": "callback_game", "invoice": "pay"}
"""The kind that the first button must have, by the field of the message."""


def edit_message_text(telegram: Telegram, call: Parameters) -> Json | bool:
    """Edit the text and inline keyboard of a message of the bot (editMessageText)."""
    if call.text is None:
        raise BadRequestError("message text is empty")
    content = text_content(
        telegram, call.text, call.parse_mode, call.entities, call.link_preview_options
    )
    chat, message = _editable(telegram, call)
    if "text" not in message.json:
        raise BadRequestError("there is no text in the message to edit")
    return _edit(telegram, call, (chat, message), TEXT, content)


def edit_message_caption(telegram: Telegram, call: Parameters) -> Json | bool:
    """Edit the caption and inline keyboard of a message of the bot (editMessageCaption)."""
    content = caption_content(
        telegram,
        call.caption,
        call.parse_mode,
        call.caption_entities,
        above=call.show_caption_above_media,
    )
    chat, message = _editable(telegram, call)
    if not message.json.keys() & set(CAPTIONED):
        raise BadRequestError("there is no caption in the message to edit")
    return _edit(telegram, call, (chat, message), CAPTION, content)


def edit_message_media(telegram: Telegram, call: Parameters) -> Json | bool:
    """Edit the file, caption and inline keyboard of a message of the bot (editMessageMedia)."""
    chat, message = _editable(telegram, call)
    if not message.json.keys() & {*REPLACEABLE, "text"}:
        raise BadRequestError("message can't be edited")
    content = media_content(telegram, call.media)
    return _edit(
        telegram,
        call,
        (chat, message),
        (*TEXT, *CAPTION, *REPLACEABLE, "has_media_spoiler"),
        content,
    )


def edit_message_reply_markup(telegram: Telegram, call: Parameters) -> Json | bool:
    """Edit the inline keyboard of a message of the bot (editMessageReplyMarkup)."""
    return _edit(telegram, call, _editable(telegram, call), (), {})


def find_inline(telegram: Telegram, inline_message_id: str) -> tuple[Chat, Message]:
    """Find a message that was sent through inline mode.

    Raises:
        BadRequestError: If there is no message of that id.
    """
    chat_id, message_id = telegram.state.inline_messages.get(inline_message_id, (0, 0))
    chat = telegram.state.chats.get(chat_id)
    message = chat.messages.get(message_id) if chat else None
    if chat is None or message is None:
        raise BadRequestError("MESSAGE_ID_INVALID")
    return chat, message


def _editable(telegram: Telegram, call: Parameters) -> tuple[Chat, Message]:
    if call.business_connection_id:
        raise BadRequestError("business connection not found")
    if call.inline_message_id is not None and call.chat_id is None:
        return find_inline(telegram, call.inline_message_id)
    if call.chat_id is None and call.message_id is None:
        raise BadRequestError("message identifier is not specified")
    chat = telegram.writable_chat("" if call.chat_id is None else call.chat_id)
    message = chat.messages.get(call.message_id or 0)
    if message is None:
        raise BadRequestError("message to edit not found")
    if message.author != telegram.bot_id or message.keyboard is not None:
        raise BadRequestError("message can't be edited")
    return chat, message


def _edit(
    telegram: Telegram,
    call: Parameters,
    found: tuple[Chat, Message],
    fields: tuple[str, ...],
    content: Json,
) -> Json | bool:
    """Replace `fields` of a message and its inline keyboard by new content."""
    chat, message = found
    first = next((kind for name, kind in FIRST_BUTTONS.items() if name in message.json), None)
    known = None if message.inline_id else chat
    inline = check_inline_keyboard(telegram, known, call.reply_markup, first)
    if inline is not None:
        content["reply_markup"] = inline
    replaced = (*fields, "reply_markup")
    if content == {name: message.json[name] for name in replaced if name in message.json}:
        raise BadRequestError(NOT_MODIFIED)
    kept = {name: value for name, value in message.json.items() if name not in replaced}
    message.json = kept | {"edit_date": int(telegram.clock.time())} | content
    telegram.touch(chat, message)
    return True if message.inline_id else telegram.show(chat, message)
