"""Windows with media: which can be edited into which, and the Bot API's calls for them."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar, cast

import structlog
from aiogram import Bot
from aiogram.enums import ContentType
from aiogram.exceptions import TelegramBadRequest
from aiogram.methods import EditMessageText
from aiogram.types import (
    BufferedInputFile,
    InlineKeyboardMarkup,
    InputFile,
    LinkPreviewOptions,
    Message,
)
from aiogram_dialog.api.entities import MediaAttachment, MediaId, NewMessage, OldMessage
from aiogram_dialog.context.media_storage import MediaIdStorage
from aiogram_dialog.manager.message_manager import (
    INPUT_MEDIA_TYPES,
    SEND_METHODS,
    MessageManager,
)
from typing_extensions import override

from durable_dialogs.drawing.pictures import Picture, PictureError
from durable_dialogs.drawing.sending import KINDS, Sending

EDITABLE = frozenset(INPUT_MEDIA_TYPES)
"""Content types that can replace each other, and a text (Bot API, editMessageMedia). None of them
can become a text, and no other type can become anything else."""

WITHOUT_CAPTION = frozenset({ContentType.STICKER, ContentType.VIDEO_NOTE})
"""Content types without room for a window's text."""

NO_CAPTION = "there is no caption in the message to edit"
"""Telegram's error for editing the caption of a text message."""

log = structlog.get_logger(__name__)


class EditText(EditMessageText):
    """Edits a text. Nobody needs the edited message, and to parse it takes as long as the call."""

    __returning__: ClassVar[Any] = Any


class Messages(MessageManager):
    """aiogram-dialog's own message manager, which can edit and send more.

    A window without a `LinkPreview` widget uses the bot's default. A file is uploaded once; then
    Telegram's id of it is used.
    """

    def __init__(self) -> None:
        make: Callable[[], MediaIdStorage] = MediaIdStorage  # has no types itself
        self._media_ids = make()

    async def edit(self, bot: Bot, content: NewMessage, message_id: int) -> None:
        """Edit a message so that it shows a window that `must_be_sent_anew` does not tell of."""
        old = OldMessage(
            chat=content.chat,
            message_id=message_id,
            media_id=None,
            media_uniq_id=None,
            # Otherwise aiogram-dialog would send the window anew, because it can't be changed.
            has_protected_content=content.protect_content,
        )
        kind = kind_of(content)
        if kind in {*KINDS, *WITHOUT_CAPTION}:
            await bot.edit_message_reply_markup(
                chat_id=content.chat.id,
                message_id=message_id,
                business_connection_id=content.business_connection_id,
                reply_markup=_inline(content),
            )
        elif kind is None or kind in EDITABLE:
            try:
                await self.edit_message(bot, content, old)
            except PictureError as error:
                log.warning("picture_not_made", error=str(error))
                await self._edit_in_words(bot, content, old)
        else:
            await self.edit_caption(bot, content, old)

    @override
    async def send_text(self, bot: Bot, new_message: NewMessage) -> Message:
        """Send a text; see `MessageManager`."""
        content = replace(new_message, link_preview_options=_preview_of(bot, new_message))
        return await super().send_text(bot, content)

    @override
    async def edit_text(
        self, bot: Bot, new_message: NewMessage, old_message: OldMessage
    ) -> Message:
        """Edit a text; see `MessageManager`, which reads the message that Telegram returns."""
        edit = EditText(
            message_id=old_message.message_id,
            chat_id=old_message.chat.id,
            business_connection_id=new_message.business_connection_id,
            text=new_message.text or "",
            reply_markup=_inline(new_message),
            parse_mode=new_message.parse_mode,
            link_preview_options=_preview_of(bot, new_message),
        )
        return cast("Message", await bot(edit))

    @override
    async def send_media(self, bot: Bot, new_message: NewMessage) -> Message:
        """Send media; see `MessageManager`."""
        media = cast("MediaAttachment", new_message.media)
        if media.type in WITHOUT_CAPTION:
            message = await getattr(bot, SEND_METHODS[media.type])(
                new_message.chat.id,
                await self.get_media_source(media, bot),
                message_thread_id=new_message.thread_id,
                business_connection_id=new_message.business_connection_id,
                reply_markup=new_message.reply_markup,
                protect_content=new_message.protect_content,
                **media.kwargs,
            )
        else:
            message = await super().send_media(bot, new_message)
        return await self._kept(media, message)

    @override
    async def edit_media(
        self, bot: Bot, new_message: NewMessage, old_message: OldMessage
    ) -> Message:
        """Edit media; see `MessageManager`, which leaves the business connection out."""
        media = cast("MediaAttachment", new_message.media)
        edited = await bot.edit_message_media(
            INPUT_MEDIA_TYPES[media.type](
                media=await self.get_media_source(media, bot),
                caption=new_message.text,
                parse_mode=new_message.parse_mode,
                **media.kwargs,
            ),
            chat_id=old_message.chat.id,
            message_id=old_message.message_id,
            business_connection_id=new_message.business_connection_id,
            reply_markup=_inline(new_message),
        )
        return await self._kept(media, cast("Message", edited))

    @override
    async def get_media_source(self, media: MediaAttachment, bot: Bot) -> InputFile | str:
        """Return what is uploaded, or the id of a file that was; see `MessageManager`."""
        if isinstance(media, Picture):
            return BufferedInputFile(await media.make(), "picture.png")
        known = media.file_id or await self._media_ids.get_media_id(*_place_of(media))
        if known:
            return known.file_id
        return await super().get_media_source(media, bot)

    async def _kept(self, media: MediaAttachment, message: Message) -> Message:
        """Keep the id of the file of a message that was sent or edited; return the message."""
        # Not `get_media_id`: if a video became an animation, it gives an id that is no video's.
        sent = getattr(message, media.type, None)
        if sent:
            file = sent[-1] if media.type == ContentType.PHOTO else sent
            media_id = MediaId(file.file_id, file.file_unique_id)
            await self._media_ids.save_media_id(*_place_of(media), media_id)
        return message

    async def _edit_in_words(self, bot: Bot, content: NewMessage, old: OldMessage) -> Message:
        """Show only a window's text: on a text message, or as the caption of the old photo."""
        try:
            return await self.edit_caption(bot, content, old)
        except TelegramBadRequest as error:
            if NO_CAPTION not in error.message:
                raise
        return await self.edit_text(bot, content, old)


class NoMediaIds(MediaIdStorage):
    """Knows no ids of files, because a window is rendered before its file is sent."""

    @override
    async def save_media_id(self, *_: object, **__: object) -> None:
        """Save nothing: `Messages` keeps the ids."""


def kind_of(content: NewMessage) -> ContentType | None:
    """Return the type of a window's media, None if it is only a text."""
    return ContentType(content.media.type) if content.media else None


def name_of(content: NewMessage) -> str | None:
    """Return what tells a window's media from others of its type; None if it can be replaced."""
    media = content.media
    if isinstance(media, Sending):
        return media.name
    if media is None or media.type in EDITABLE:
        return None
    return str(media.path or media.url or (media.file_id and media.file_id.file_id))


def _place_of(media: MediaAttachment) -> tuple[str | None, str | None, ContentType]:
    """Return where a file comes from, for `MediaIdStorage`."""
    return str(media.path) if media.path else None, media.url, media.type


def _inline(content: NewMessage) -> InlineKeyboardMarkup | None:
    """Return the keyboard of a message that is edited, which has none below the input field."""
    return cast("InlineKeyboardMarkup | None", content.reply_markup)


def _preview_of(bot: Bot, content: NewMessage) -> LinkPreviewOptions | None:
    # aiogram-dialog passes None, which keeps aiogram from using the bot's default.
    return content.link_preview_options or bot.default.link_preview
