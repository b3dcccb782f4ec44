"""Files of bots and persons: kept under a file id, fetched by getFile and a download."""

import hashlib
import mimetypes
import secrets
from pathlib import Path

from aiogram.methods import GetFile
from aiogram.types import BufferedInputFile, InputFile

from telegram_playground.errors import BadRequestError
from telegram_playground.pictures import picture_size
from telegram_playground.state import Json, StoredFile
from telegram_playground.telegram import Telegram

MAX_DOWNLOAD = 20 << 20
"""Bytes of the largest file that a bot can fetch (Bot API, getFile)."""

MAX_PHOTO = 10 << 20
"""Bytes of the largest photo (Bot API, Sending files)."""

MAX_SIDES = 10_000
"""Width and height of a photo together, in pixels (Bot API, sendPhoto)."""

MAX_RATIO = 20
"""How many times longer one side of a photo may be (Bot API, sendPhoto)."""

MIMES = {
    "animation": "video/mp4",
    "audio": "audio/mpeg",
    "video": "video/mp4",
    "video_note": "video/mp4",
    "voice": "audio/ogg",
}
"""What a file is taken for if its name does not tell."""

WRONG_FILE = "wrong file identifier/HTTP URL specified"


def take_file(
    telegram: Telegram, value: InputFile | str, kind: str, details: Json | None = None
) -> StoredFile:
    """Find the file that a call names, or keep the one that it brings.

    Args:
        telegram: Where files are kept.
        value: A file id, an address, or the file itself.
        kind: The field of a message that is to show it: `photo`, `document`, `video`, ...
        details: What the bot tells of a new file, as that field has it.

    Raises:
        BadRequestError: If there is no such file, or it can't be shown so.
    """
    if isinstance(value, BufferedInputFile):
        return keep_file(telegram, value.data, value.filename or "file", kind, details)
    if not isinstance(value, str):
        raise BadRequestError(WRONG_FILE)
    if value.startswith(("http://", "https://")):
        # Nothing here asks another host for anything.
        raise BadRequestError("failed to get HTTP URL content")
    file = telegram.state.files.get(value)
    if file is None:
        raise BadRequestError(WRONG_FILE)
    if "photo" in {file.kind, kind} and file.kind != kind:
        raise BadRequestError(f"can't use file of type {_type(file.kind)} as {_type(kind)}")
    # Whatever else it is sent as, a file stays what it is (`get_input_file` in tdlib).
    return file


def keep_file(
    telegram: Telegram, data: bytes, name: str, kind: str, details: Json | None = None
) -> StoredFile:
    """Keep a new file under a file id of its own; see `take_file`.

    Raises:
        BadRequestError: If it is empty, or not fit for its kind.
    """
    if not data:
        raise BadRequestError("file must be non-empty")
    details = dict(details or {})
    width, height = _checked_photo(data) if kind == "photo" else picture_size(data) or (512, 512)
    digest = hashlib.sha256(kind.encode() + data).hexdigest()
    file = StoredFile(
        id=f"{kind[0].upper()}g{secrets.token_urlsafe(30)}",
        unique_id=digest[:16],
        kind=kind,
        name=Path(name).name or "file",
        size=len(data),
        width=details.pop("width", width),
        height=details.pop("height", height),
        details=details,
    )
    telegram.keep(file, data)
    return file


def file_content(file: StoredFile) -> Json:
    """The field of a message that shows a file."""
    identity: Json = {"file_id": file.id, "file_unique_id": file.unique_id, "file_size": file.size}
    sides = {"width": file.width, "height": file.height}
    mime = mimetypes.guess_type(file.name)[0] or MIMES.get(file.kind, "application/octet-stream")
    named = {"file_name": file.name, "mime_type": mime}
    match file.kind:
        case "photo":
            return {"photo": [identity | sides]}
        case "sticker":
            looks: Json = sides | {"type": "regular", "is_animated": False, "is_video": False}
        case "animation" | "video":
            looks = sides | named | {"duration": 0}
        case "audio":
            looks = named | {"duration": 0}
        case "voice":
            looks = {"mime_type": mime, "duration": 0}
        case "video_note":
            looks = {"length": file.width, "duration": 0}
        case _:
            looks = named
    content = {file.kind: identity | looks | file.details}
    # Old bots know an animation as a document (Bot API, Message).
    return content | {"document": identity | named} if file.kind == "animation" else content


def get_file(telegram: Telegram, call: GetFile) -> Json:
    """Tell where a file can be fetched (getFile)."""
    file = telegram.state.files.get(call.file_id)
    if file is None:
        raise BadRequestError("invalid file_id")
    if file.size > MAX_DOWNLOAD:
        raise BadRequestError("file is too big")
    return {
        "file_id": file.id,
        "file_unique_id": file.unique_id,
        "file_size": file.size,
        "file_path": file_path(file),
    }


def file_path(file: StoredFile) -> str:
    """The path of a file behind `/file/bot<token>/`."""
    ending = {"photo": ".jpg", "sticker": ".webp"}.get(file.kind, Path(file.name).suffix)
    return f"{file.kind}s/{file.id}{ending}"


def find_path(telegram: Telegram, path: str) -> StoredFile | None:
    """The file of a path that getFile has told, if it is one."""
    file = telegram.state.files.get(path.partition("/")[2].partition(".")[0])
    return file if file is not None and file_path(file) == path else None


def _type(kind: str) -> str:
    """What refusals call a kind (`FileType` in tdlib)."""
    return {"voice": "VoiceNote", "video_note": "VideoNote"}.get(kind, kind.capitalize())


def _checked_photo(data: bytes) -> tuple[int, int]:
    if len(data) > MAX_PHOTO:
        raise BadRequestError("file is too big")
    size = picture_size(data)
    if size is None:
        raise BadRequestError("IMAGE_PROCESS_FAILED")
    if sum(size) > MAX_SIDES or max(size) > MAX_RATIO * min(size):
        raise BadRequestError("PHOTO_INVALID_DIMENSIONS")
    return size
