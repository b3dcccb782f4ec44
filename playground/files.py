"""Files of bots and persons: kept under a file id, fetched by getFile and a download."""

import hashlib
import mimetypes
import secrets
from pathlib import Path

from aiogram.methods import GetFile
from aiogram.types import BufferedInputFile, InputFile

from playground.errors import BadRequestError
from playground.pictures import picture_size
from playground.state import Json, StoredFile
from playground.telegram import Telegram

MAX_DOWNLOAD = 20 << 20
"""Bytes of the largest file that a bot can fetch (Bot API, getFile)."""

MAX_PHOTO = 10 << 20
"""Bytes of the largest photo (Bot API, Sending files)."""

MAX_SIDES = 10_000
"""Width and height of a photo together, in pixels (Bot API, sendPhoto)."""

MAX_RATIO = 20
"""How many times longer one side of a photo may be (Bot API, sendPhoto)."""

WRONG_FILE = "wrong file identifier/HTTP URL specified"


def take_file(telegram: Telegram, value: InputFile | str, kind: str) -> StoredFile:
    """Find the file that a call names, or keep the one that it brings.

    Args:
        telegram: Where files are kept.
        value: A file id, an address, or the file itself.
        kind: `photo`, `document` or `sticker`.

    Raises:
        BadRequestError: If there is no such file, or it is not of that kind.
    """
    if isinstance(value, BufferedInputFile):
        return keep_file(telegram, value.data, value.filename or "file", kind)
    if not isinstance(value, str):
        raise BadRequestError(WRONG_FILE)
    if value.startswith(("http://", "https://")):
        # Nothing here asks another host for anything.
        raise BadRequestError("failed to get HTTP URL content")
    file = telegram.state.files.get(value)
    if file is None:
        raise BadRequestError(WRONG_FILE)
    if file.kind != kind:
        names = (file.kind.capitalize(), kind.capitalize())
        raise BadRequestError(f"can't use file of type {names[0]} as {names[1]}")
    return file


def keep_file(telegram: Telegram, data: bytes, name: str, kind: str) -> StoredFile:
    """Keep a new file under a file id of its own.

    Raises:
        BadRequestError: If it is empty, or not fit for its kind.
    """
    if not data:
        raise BadRequestError("file must be non-empty")
    width, height = _checked_photo(data) if kind == "photo" else picture_size(data) or (512, 512)
    digest = hashlib.sha256(kind.encode() + data).hexdigest()
    file = StoredFile(
        id=f"{kind[0].upper()}g{secrets.token_urlsafe(30)}",
        unique_id=digest[:16],
        kind=kind,
        name=Path(name).name or "file",
        size=len(data),
        width=width,
        height=height,
    )
    telegram.keep(file, data)
    return file


def file_content(file: StoredFile) -> Json:
    """The field of a message that shows a file."""
    shown: Json = {"file_id": file.id, "file_unique_id": file.unique_id, "file_size": file.size}
    sides = {"width": file.width, "height": file.height}
    match file.kind:
        case "photo":
            return {"photo": [shown | sides]}
        case "sticker":
            looks = {"type": "regular", "is_animated": False, "is_video": False}
            return {"sticker": shown | sides | looks}
        case _:
            mime = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
            return {"document": shown | {"file_name": file.name, "mime_type": mime}}


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
    ending = Path(file.name).suffix if file.kind == "document" else ".jpg"
    return f"{file.kind}s/{file.id}{ending if file.kind != 'sticker' else '.webp'}"


def find_path(telegram: Telegram, path: str) -> StoredFile | None:
    """The file of a path that getFile has told, if it is one."""
    file = telegram.state.files.get(path.partition("/")[2].partition(".")[0])
    return file if file is not None and file_path(file) == path else None


def _checked_photo(data: bytes) -> tuple[int, int]:
    if len(data) > MAX_PHOTO:
        raise BadRequestError("file is too big")
    size = picture_size(data)
    if size is None:
        raise BadRequestError("IMAGE_PROCESS_FAILED")
    if sum(size) > MAX_SIDES or max(size) > MAX_RATIO * min(size):
        raise BadRequestError("PHOTO_INVALID_DIMENSIONS")
    return size
