"""sendPhoto, sendDocument, sendSticker, and what editMessageMedia puts in a message."""

from aiogram.methods import SendDocument, SendPhoto, SendSticker
from aiogram.types import InputMediaDocument, InputMediaPhoto, InputMediaUnion

from playground.errors import BadRequestError
from playground.files import file_content, take_file
from playground.sending import send
from playground.state import Json
from playground.telegram import Telegram
from playground.texts import caption_content


def send_photo(telegram: Telegram, call: SendPhoto) -> Json:
    """Post a picture as the bot (sendPhoto)."""
    caption = caption_content(
        telegram,
        call.caption,
        call.parse_mode,
        call.caption_entities,
        above=call.show_caption_above_media,
    )
    content = file_content(take_file(telegram, call.photo, "photo")) | caption
    if call.has_spoiler:
        content["has_media_spoiler"] = True
    return send(telegram, call, content)


def send_document(telegram: Telegram, call: SendDocument) -> Json:
    """Post a file as the bot (sendDocument)."""
    caption = caption_content(telegram, call.caption, call.parse_mode, call.caption_entities)
    file = take_file(telegram, call.document, "document")
    return send(telegram, call, file_content(file) | caption)


def send_sticker(telegram: Telegram, call: SendSticker) -> Json:
    """Post a sticker as the bot (sendSticker)."""
    content = file_content(take_file(telegram, call.sticker, "sticker"))
    if call.emoji:
        content["sticker"]["emoji"] = call.emoji
    return send(telegram, call, content)


def media_content(telegram: Telegram, media: InputMediaUnion) -> Json:
    """The fields of a message that show a photo or document with its caption.

    Raises:
        BadRequestError: If it can't be used, or is of another kind.
    """
    if not isinstance(media, InputMediaPhoto | InputMediaDocument):
        raise BadRequestError(f"the playground does not speak media of type {media.type} yet")
    file = take_file(telegram, media.media, media.type)
    above = getattr(media, "show_caption_above_media", None)
    caption = caption_content(
        telegram, media.caption, media.parse_mode, media.caption_entities, above=above
    )
    return file_content(file) | caption
