"""The fields of the messages that inline results become."""

from aiogram.types import (
    InlineQueryResultCachedAudio,
    InlineQueryResultCachedDocument,
    InlineQueryResultCachedGif,
    InlineQueryResultCachedMpeg4Gif,
    InlineQueryResultCachedPhoto,
    InlineQueryResultCachedSticker,
    InlineQueryResultCachedVideo,
    InlineQueryResultCachedVoice,
    InlineQueryResultContact,
    InlineQueryResultGame,
    InlineQueryResultLocation,
    InlineQueryResultUnion,
    InlineQueryResultVenue,
    InputContactMessageContent,
    InputLocationMessageContent,
    InputTextMessageContent,
    InputVenueMessageContent,
)

from telegram_playground.contents import (
    contact_content,
    game_content,
    game_keyboard,
    location_content,
    venue_content,
)
from telegram_playground.errors import NotSpokenError
from telegram_playground.files import file_content, take_file
from telegram_playground.keyboards import check_inline_keyboard
from telegram_playground.state import Json
from telegram_playground.telegram import Telegram
from telegram_playground.texts import caption_content, text_content

Captioned = (
    InlineQueryResultCachedAudio
    | InlineQueryResultCachedDocument
    | InlineQueryResultCachedGif
    | InlineQueryResultCachedMpeg4Gif
    | InlineQueryResultCachedPhoto
    | InlineQueryResultCachedVideo
    | InlineQueryResultCachedVoice
)

FILES: dict[type[InlineQueryResultUnion], tuple[str, str]] = {
    InlineQueryResultCachedAudio: ("audio", "audio_file_id"),
    InlineQueryResultCachedDocument: ("document", "document_file_id"),
    InlineQueryResultCachedGif: ("animation", "gif_file_id"),
    InlineQueryResultCachedMpeg4Gif: ("animation", "mpeg4_file_id"),
    InlineQueryResultCachedPhoto: ("photo", "photo_file_id"),
    InlineQueryResultCachedSticker: ("sticker", "sticker_file_id"),
    InlineQueryResultCachedVideo: ("video", "video_file_id"),
    InlineQueryResultCachedVoice: ("voice", "voice_file_id"),
}
"""For each result that is a file: the kind of file, and the field with its id."""


def result_content(telegram: Telegram, result: InlineQueryResultUnion) -> Json:
    """Give the fields of the message that a result becomes when it is chosen.

    Raises:
        BadRequestError: If Telegram would refuse the result.
        NotSpokenError: If the playground does not implement that kind of result.
    """
    given = getattr(result, "input_message_content", None)
    fields = _own_content(telegram, result) if given is None else _given_content(telegram, given)
    markup, first = result.reply_markup, None
    if isinstance(result, InlineQueryResultGame):
        markup, first = markup or game_keyboard(result.game_short_name), "callback_game"
    keyboard = check_inline_keyboard(telegram, None, markup, first)
    return fields if keyboard is None else fields | {"reply_markup": keyboard}


def _given_content(telegram: Telegram, given: object) -> Json:
    match given:
        case InputTextMessageContent():
            return text_content(
                telegram,
                given.message_text,
                given.parse_mode,
                given.entities,
                given.link_preview_options,
            )
        case InputContactMessageContent():
            return contact_content(given)
        case InputVenueMessageContent():
            return venue_content(given)
        case InputLocationMessageContent():
            return location_content(given)
    raise NotSpokenError(type(given).__name__)


def _own_content(telegram: Telegram, result: InlineQueryResultUnion) -> Json:
    match result:
        case InlineQueryResultGame():
            return game_content(telegram, result.game_short_name)
        case InlineQueryResultContact():
            return contact_content(result)
        case InlineQueryResultVenue():
            return venue_content(result)
        case InlineQueryResultLocation():
            return location_content(result)
    if type(result) not in FILES:
        raise NotSpokenError(f"results of type {result.type}")
    kind, name = FILES[type(result)]
    fields = file_content(take_file(telegram, getattr(result, name), kind))
    if isinstance(result, Captioned):
        fields |= caption_content(
            telegram, result.caption, result.parse_mode, result.caption_entities
        )
    return fields
