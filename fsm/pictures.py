"""Photos that are made when they are drawn: after the commit, and only those that are shown.

A text can become a photo and a photo another one, but no photo a text again
(Bot API, editMessageMedia, editMessageText).
"""

from collections.abc import Awaitable, Callable

from aiogram import Bot
from aiogram.enums import ContentType
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import BufferedInputFile, InputFile, Message
from aiogram_dialog.api.entities import MediaAttachment, MediaId, NewMessage, OldMessage
from aiogram_dialog.manager.message_manager import MessageManager
from typing_extensions import override

NO_CAPTION = "there is no caption in the message to edit"
"""How Telegram refuses to edit the caption of a text."""


class PictureError(Exception):
    """A photo could not be made."""


class Picture(MediaAttachment):
    """A window's photo. The window's text is its caption, and shown alone if it can't be made.

    Args:
        make: Makes it, as a PNG; raises `PictureError` if it can't.
    """

    def __init__(self, make: Callable[[], Awaitable[bytes]]) -> None:
        super().__init__(ContentType.PHOTO, file_id=MediaId("picture"))
        self.make = make


class Messages(MessageManager):
    """The library's message manager, for pictures too."""

    @override
    async def get_media_source(self, media: MediaAttachment, bot: Bot) -> InputFile | str:
        """Give what is uploaded; see `MessageManager`."""
        if isinstance(media, Picture):
            return BufferedInputFile(await media.make(), "picture.png")
        return await super().get_media_source(media, bot)

    async def edit_in_words(self, bot: Bot, content: NewMessage, old: OldMessage) -> Message:
        """Show only a window's text, on a text or below the photo that is there."""
        try:
            return await self.edit_caption(bot, content, old)
        except TelegramBadRequest as error:
            if NO_CAPTION not in error.message:
                raise
        return await self.edit_text(bot, content, old)


def is_picture(content: NewMessage) -> bool:
    """Tell whether a window is a photo."""
    return isinstance(content.media, Picture)
