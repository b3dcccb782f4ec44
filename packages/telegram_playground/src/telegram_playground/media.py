"""Messages with a file: sendPhoto, sendVideo, ..., sendMediaGroup, and editMessageMedia."""

import secrets

from telegram_playground.errors import BadRequestError, NotSpokenError
from telegram_playground.files import file_content, take_file
from telegram_playground.parameters import Parameters
from telegram_playground.sending import send
from telegram_playground.state import Json
from telegram_playground.telegram import Telegram
from telegram_playground.texts import caption_content

KINDS = {
    "sendAnimation": "animation",
    "sendAudio": "audio",
    "sendDocument": "document",
    "sendPhoto": "photo",
    "sendSticker": "sticker",
    "sendVideo": "video",
    "sendVideoNote": "video_note",
    "sendVoice": "voice",
}
"""The kind of file that each method sends; its parameter has the same name."""

SPOKEN = frozenset({"animation", "audio", "document", "photo", "video"})
"""Types of `InputMedia` that the playground implements."""

DETAILS = ("duration", "width", "height", "length", "performer", "title", "emoji")
"""Parameters with which a bot describes a file."""

MAX_ALBUM = 10
"""Files in an album (Bot API, sendMediaGroup)."""

UNMIXED = ("document", "audio")
"""Kinds that can't share an album with other kinds (Bot API, sendMediaGroup)."""


def send_file(kind: str, telegram: Telegram, call: Parameters) -> Json:
    """Send a file as the bot (sendPhoto, sendDocument, sendVideo, ...)."""
    return send(telegram, call, _content(telegram, vars(call), kind, kind))


def send_media_group(telegram: Telegram, call: Parameters) -> list[Json]:
    """Send an album as the bot (sendMediaGroup)."""
    if not call.media:
        raise BadRequestError("there are no messages to send")
    if len(call.media) > MAX_ALBUM:
        raise BadRequestError("too many messages to send as an album")
    contents = [media_content(telegram, media) for media in call.media]
    kinds = {media["type"] for media in call.media}
    for kind in UNMIXED:
        if kind in kinds and len(kinds) > 1:
            raise BadRequestError(f"{kind} can't be mixed with other media types")
    album = {"media_group_id": str(secrets.randbits(60))} if len(contents) > 1 else {}
    return [send(telegram, call, content | album) for content in contents]


def media_content(telegram: Telegram, media: Json) -> Json:
    """Give the fields of a message with a file and its caption.

    Args:
        telegram: The playground, which keeps the files.
        media: The `InputMedia`.

    Raises:
        BadRequestError: If the file or the caption can't be used.
        NotSpokenError: If the playground does not implement that kind of media.
    """
    kind = media["type"]
    if kind not in SPOKEN:
        raise NotSpokenError(f"media of type {kind}")
    return _content(telegram, media, kind, "media")


def _content(telegram: Telegram, source: Json, kind: str, field: str) -> Json:
    """Give the fields of a message with the file in a field of a call or `InputMedia`."""
    details = {name: source[name] for name in DETAILS if source.get(name) is not None}
    content = file_content(take_file(telegram, source[field], kind, details))
    content |= caption_content(
        telegram,
        source.get("caption"),
        source.get("parse_mode"),
        source.get("caption_entities"),
        above=source.get("show_caption_above_media"),
    )
    if source.get("has_spoiler"):
        content["has_media_spoiler"] = True
    return content
