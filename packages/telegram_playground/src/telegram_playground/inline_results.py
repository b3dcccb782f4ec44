"""The fields of the messages that inline results become."""

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

FILES = {
    "audio_file_id": "audio",
    "document_file_id": "document",
    "gif_file_id": "animation",
    "mpeg4_file_id": "animation",
    "photo_file_id": "photo",
    "sticker_file_id": "sticker",
    "video_file_id": "video",
    "voice_file_id": "voice",
}
"""The kind of file by the field of a result with the file's id."""


def result_content(telegram: Telegram, result: Json) -> Json:
    """Give the fields of the message that a result becomes when it is chosen.

    Args:
        telegram: The playground, which keeps the files.
        result: The `InlineQueryResult`.

    Raises:
        BadRequestError: If Telegram would refuse the result.
        NotSpokenError: If the playground does not implement that kind of result.
    """
    given = result.get("input_message_content")
    fields = _own_content(telegram, result) if given is None else _given_content(telegram, given)
    markup, first = result.get("reply_markup"), None
    if result["type"] == "game":
        markup, first = markup or game_keyboard(result["game_short_name"]), "callback_game"
    keyboard = check_inline_keyboard(telegram, None, markup, first)
    return fields if keyboard is None else fields | {"reply_markup": keyboard}


def _given_content(telegram: Telegram, given: Json) -> Json:
    """Give the fields for an `InputMessageContent`, whose kind its required fields tell."""
    if "message_text" in given:
        return text_content(
            telegram,
            given["message_text"],
            given.get("parse_mode"),
            given.get("entities"),
            given.get("link_preview_options"),
        )
    if "phone_number" in given:
        return contact_content(given)
    if "latitude" in given:
        return venue_content(given) if "address" in given else location_content(given)
    raise NotSpokenError("invoices and rich messages as the content of an inline result")


def _own_content(telegram: Telegram, result: Json) -> Json:
    match result["type"]:
        case "game":
            return game_content(telegram, result["game_short_name"])
        case "contact":
            return contact_content(result)
        case "venue":
            return venue_content(result)
        case "location":
            return location_content(result)
    found = next((name for name in FILES if name in result), None)
    if found is None:
        raise NotSpokenError(f"results of type {result['type']}")
    fields = file_content(take_file(telegram, result[found], FILES[found]))
    return fields | caption_content(
        telegram, result.get("caption"), result.get("parse_mode"), result.get("caption_entities")
    )
