"""Photos that are made when they are drawn: after the commit, and only if they are shown.

Telegram can edit a text into a photo and a photo into another photo, but not a photo into a text
(Bot API, editMessageMedia, editMessageText).
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from aiogram import Bot
from aiogram.enums import ContentType
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import BufferedInputFile, InputFile, Message
from aiogram_dialog.api.entities import MediaAttachment, MediaId, NewMessage, OldMessage
from aiogram_dialog.manager.message_manager import MessageManager
from typing_extensions import override

NO_CAPTION = "there is no caption in the message to edit"
"""Telegram's error for editing the caption of a text message."""


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


class Messages(MessageManager):
    """aiogram-dialog's own message manager, extended by pictures.

    A window without a `LinkPreview` widget uses the bot's default.
    """

    @override
    async def send_text(self, bot: Bot, new_message: NewMessage) -> Message:
        """Send a text; see `MessageManager`."""
        return await super().send_text(bot, _with_preview(bot, new_message))

    @override
    async def edit_text(
        self, bot: Bot, new_message: NewMessage, old_message: OldMessage
    ) -> Message:
        """Edit a text; see `MessageManager`."""
        return await super().edit_text(bot, _with_preview(bot, new_message), old_message)

    @override
    async def get_media_source(self, media: MediaAttachment, bot: Bot) -> InputFile | str:
        """Return what is uploaded; see `MessageManager`."""
        if isinstance(media, Picture):
            return BufferedInputFile(await media.make(), "picture.png")
        return await super().get_media_source(media, bot)

    async def edit_in_words(self, bot: Bot, content: NewMessage, old: OldMessage) -> Message:
        """Show only a window's text: on a text message, or as the caption of the old photo."""
        try:
            return await self.edit_caption(bot, content, old)
        except TelegramBadRequest as error:
            if NO_CAPTION not in error.message:
                raise
        return await self.edit_text(bot, content, old)


def _with_preview(bot: Bot, content: NewMessage) -> NewMessage:
    # aiogram-dialog passes None, which keeps aiogram from using the bot's default.
    options = content.link_preview_options or bot.default.link_preview
    return replace(content, link_preview_options=options)


def is_picture(content: NewMessage) -> bool:
    """Tell whether a window is a photo."""
    return isinstance(content.media, Picture)
