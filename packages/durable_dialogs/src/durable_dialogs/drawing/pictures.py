"""Photos that are made when they are drawn: after the commit, and only if they are shown."""

from collections.abc import Awaitable, Callable

from aiogram.enums import ContentType
from aiogram_dialog.api.entities import MediaAttachment, MediaId


class PictureError(Exception):
    """A photo could not be made."""


class Picture(MediaAttachment):
    """A window's photo. The window's text is its caption, and is shown alone if `make` fails.

    Args:
        make: Returns the photo as a PNG; raises `PictureError` if it can't.
    """

    def __init__(self, make: Callable[[], Awaitable[bytes]]) -> None:
        super().__init__(ContentType.PHOTO, file_id=MediaId("picture"))
        self.make = make
