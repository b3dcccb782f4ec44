"""Photos that are made when they are drawn: after the commit, and only those that are shown.

A text can become a photo and a photo another one, but no photo a text again
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
    """The library's message manager, for pictures too.

    A window without a `LinkPreview` of its own goes by the bot's default.
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


def _with_preview(bot: Bot, content: NewMessage) -> NewMessage:
    # The library says None, which aiogram takes for an answer instead of its default.
    options = content.link_preview_options or bot.default.link_preview
    return replace(content, link_preview_options=options)


def is_picture(content: NewMessage) -> bool:
    """Tell whether a window is a photo."""
    return isinstance(content.media, Picture)
