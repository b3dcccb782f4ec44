"""Messages with a file: sendPhoto, sendVideo, ..., sendMediaGroup, and editMessageMedia."""

import secrets

from aiogram.methods import (
    SendAnimation,
    SendAudio,
    SendDocument,
    SendMediaGroup,
    SendPhoto,
    SendSticker,
    SendVideo,
    SendVideoNote,
    SendVoice,
)
from aiogram.types import (
    InputFileUnion,
    InputMediaAnimation,
    InputMediaAudio,
    InputMediaDocument,
    InputMediaPhoto,
    InputMediaUnion,
    InputMediaVideo,
)

from telegram_playground.errors import BadRequestError, NotSpokenError
from telegram_playground.files import file_content, take_file
from telegram_playground.parameters import Method
from telegram_playground.sending import send
from telegram_playground.state import Json
from telegram_playground.telegram import Telegram
from telegram_playground.texts import caption_content

SendFile = (
    SendAnimation
    | SendAudio
    | SendDocument
    | SendPhoto
    | SendSticker
    | SendVideo
    | SendVideoNote
    | SendVoice
)
SpokenMedia = (
    InputMediaAnimation | InputMediaAudio | InputMediaDocument | InputMediaPhoto | InputMediaVideo
)

KINDS: dict[Method, str] = {
    SendAnimation: "animation",
    SendAudio: "audio",
    SendDocument: "document",
    SendPhoto: "photo",
    SendSticker: "sticker",
    SendVideo: "video",
    SendVideoNote: "video_note",
    SendVoice: "voice",
}
"""The kind of file that each method sends; its parameter has the same name."""

DETAILS = ("duration", "width", "height", "length", "performer", "title", "emoji")
"""Parameters with which a bot describes a file."""

MAX_ALBUM = 10
"""Files in an album (Bot API, sendMediaGroup)."""

UNMIXED = ("document", "audio")
"""Kinds that can't share an album with other kinds (Bot API, sendMediaGroup)."""


def send_file(telegram: Telegram, call: SendFile) -> Json:
    """Send a file as the bot (sendPhoto, sendDocument, sendVideo, ...)."""
    kind = KINDS[type(call)]
    return send(telegram, call, _content(telegram, call, kind, getattr(call, kind)))


def send_media_group(telegram: Telegram, call: SendMediaGroup) -> list[Json]:
    """Send an album as the bot (sendMediaGroup)."""
    if not call.media:
        raise BadRequestError("there are no messages to send")
    if len(call.media) > MAX_ALBUM:
        raise BadRequestError("too many messages to send as an album")
    contents = [media_content(telegram, media) for media in call.media]
    kinds = {media.type for media in call.media}
    for kind in UNMIXED:
        if kind in kinds and len(kinds) > 1:
            raise BadRequestError(f"{kind} can't be mixed with other media types")
    album = {"media_group_id": str(secrets.randbits(60))} if len(contents) > 1 else {}
    return [send(telegram, call, content | album) for content in contents]


def media_content(telegram: Telegram, media: InputMediaUnion) -> Json:
    """Give the fields of a message with a file and its caption.

    Raises:
        BadRequestError: If the file or the caption can't be used.
        NotSpokenError: If the playground does not implement that kind of media.
    """
    if not isinstance(media, SpokenMedia):
        raise NotSpokenError(f"media of type {media.type}")
    return _content(telegram, media, media.type, media.media)


def _content(
    telegram: Telegram, source: SendFile | SpokenMedia, kind: str, file: InputFileUnion
) -> Json:
    given = {name: getattr(source, name, None) for name in DETAILS}
    details = {name: value for name, value in given.items() if value is not None}
    content = file_content(take_file(telegram, file, kind, details))
    if isinstance(source, SendSticker | SendVideoNote):
        return content
    content |= caption_content(
        telegram,
        source.caption,
        source.parse_mode,
        source.caption_entities,
        above=getattr(source, "show_caption_above_media", None),
    )
    if getattr(source, "has_spoiler", None):
        content["has_media_spoiler"] = True
    return content
