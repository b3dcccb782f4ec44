"""Files of bots and persons: kept under a file id, fetched by getFile and download."""

import hashlib
import mimetypes
import secrets
from pathlib import Path

from telegram_playground.errors import BadRequestError
from telegram_playground.parameters import Parameters
from telegram_playground.pictures import picture_size
from telegram_playground.state import Json, StoredFile, Upload
from telegram_playground.telegram import Telegram

MAX_DOWNLOAD = 20 << 20
"""Bytes of the largest file that a bot can fetch (Bot API, getFile)."""

MAX_PHOTO = 10 << 20
"""Bytes of the largest photo (Bot API, Sending files)."""

MAX_SIDES = 10_000
"""Pixels of a photo's width plus height (Bot API, sendPhoto)."""

MAX_RATIO = 20
"""The largest ratio of a photo's sides (Bot API, sendPhoto)."""

MIMES = {
    "animation": "video/mp4",
    "audio": "audio/mpeg",
    "video": "video/mp4",
    "video_note": "video/mp4",
    "voice": "audio/ogg",
}
"""MIME types by kind, for files whose name does not tell."""

WRONG_FILE = "wrong file identifier/HTTP URL specified"


def take_file(
    telegram: Telegram, value: Upload | str, kind: str, details: Json | None = None
) -> StoredFile:
    """Find the file that a call names, or keep the file that it uploads.

    Args:
        telegram: The playground, which keeps the files.
        value: A file id, a URL, or the file itself.
        kind: The field of a message that shows it: `photo`, `document`, `video`, ...
        details: Fields of a new file that the bot gives, such as `duration`.

    Raises:
        BadRequestError: If there is no such file, it is a URL, or it does not fit the kind.
    """
    if isinstance(value, Upload):
        return keep_file(telegram, value.data, value.name or "file", kind, details)
    if value.startswith(("http://", "https://")):
        # The playground never connects to another host.
        raise BadRequestError("failed to get HTTP URL content")
    file = telegram.state.files.get(value)
    if file is None:
        raise BadRequestError(WRONG_FILE)
    if "photo" in {file.kind, kind} and file.kind != kind:
        raise BadRequestError(f"can't use file of type {_type(file.kind)} as {_type(kind)}")
    # A file keeps its kind, even if it is sent as another one (`get_input_file` in tdlib).
    return file


def keep_file(
    telegram: Telegram, data: bytes, name: str, kind: str, details: Json | None = None
) -> StoredFile:
    """Keep a new file under a new file id.

    Args:
        telegram: The playground, which keeps the files.
        data: The bytes of the file.
        name: The file's name; folders in it are dropped.
        kind: The field of a message that shows it.
        details: Fields of the file that the bot gives.

    Raises:
        BadRequestError: If the file is empty, or does not fit its kind.
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
    """Give the fields of a message that show a file."""
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
    # For old bots an animation is a document too (Bot API, Message).
    return content | {"document": identity | named} if file.kind == "animation" else content


def get_file(telegram: Telegram, call: Parameters) -> Json:
    """Give the path by which a file can be downloaded (getFile)."""
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
    """Give the path of a file after `/file/bot<token>/`."""
    ending = {"photo": ".jpg", "sticker": ".webp"}.get(file.kind, Path(file.name).suffix)
    return f"{file.kind}s/{file.id}{ending}"


def find_path(telegram: Telegram, path: str) -> StoredFile | None:
    """Find a file by the path that getFile gave; `None` if there is none."""
    file = telegram.state.files.get(path.partition("/")[2].partition(".")[0])
    return file if file is not None and file_path(file) == path else None


def _type(kind: str) -> str:
    """Give the name of a kind in refusals (`FileType` in tdlib)."""
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
