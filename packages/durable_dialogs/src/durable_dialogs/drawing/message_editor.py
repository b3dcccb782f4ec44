"""The message editor: it sends and edits messages."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import cast

import structlog
from aiogram import Bot
from aiogram.exceptions import (
    TelegramAPIError,
    TelegramBadRequest,
    TelegramNetworkError,
    TelegramServerError,
)
from aiogram.methods import DeleteBusinessMessages, DeleteMessage
from aiogram.types import InlineKeyboardMarkup, Message
from aiogram_dialog.api.entities import NewMessage
from redis.exceptions import RedisError

from durable_dialogs.drawing.media import Messages
from durable_dialogs.drawing.pictures import PictureError
from durable_dialogs.drawing.refused_buttons import without_refused
from durable_dialogs.drawing.relocation import Relocation
from durable_dialogs.drawing.senders import Senders, Sent, digest_of
from durable_dialogs.drawing.sending import in_words, method_of
from durable_dialogs.drawing.shown_messages import ShownMessage, ShownMessages
from durable_dialogs.state.keys import business_of
from durable_dialogs.state.outcome import Drawing
from durable_dialogs.state.store import DialogStore
from durable_dialogs.telegram.session import UnreadableResultError
from durable_dialogs.telegram.topics import in_a_topic, is_location_refused
from durable_dialogs.telemetry import telemetry

NOT_DELETABLE = "message can't be deleted"
"""Telegram's error for deleting a message that is older than 48 hours."""

NOT_MODIFIED = "message is not modified"
"""Telegram's error for an edit that would change nothing."""

DOUBTFUL = (TelegramNetworkError, TelegramServerError)
"""Errors after which Telegram may still carry out an edit."""

OnUnsent = Callable[[Drawing], Awaitable[None]]
"""Called with a drawing that can't be sent because the bot may not write there."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class MessageEditor:
    """Sends and edits messages.

    Args:
        bot: The bot that sends and edits the messages.
        store: Remembers which message shows a stack.
        senders: Has each new message sent by one worker.
        on_unsent: Called with a drawing that can't be sent.
        shown: Remembers what each message shows.
    """

    bot: Bot
    store: DialogStore
    senders: Senders
    on_unsent: OnUnsent
    shown: ShownMessages = field(default_factory=ShownMessages)
    _messages: Messages = field(default_factory=Messages)

    async def draw(self, message: ShownMessage, drawing: Drawing, version: str) -> bool:
        """Draw a window on its message, with the buttons disabled that Telegram refuses.

        Returns:
            Whether anything had to be done.

        Raises:
            TelegramAPIError: Telegram refused, or can't be reached.
        """
        try:
            return await self._draw(message, drawing, version)
        except TelegramBadRequest as error:
            content = without_refused(drawing.content, error.message)
            if content is None:
                raise
            return await self.draw(message, replace(drawing, content=content), version)

    async def _draw(self, message: ShownMessage, drawing: Drawing, version: str) -> bool:
        content = drawing.content
        if content is None:
            message.forget()
            if message.target > 0:
                await self._take_buttons_off(drawing, message.target)
            return True
        if message.shows(drawing, version):
            return False  # perhaps it was sent, but its id could not be read
        if message.target < 0:
            await self._send(message, drawing, content, version)
            return True
        message.forget()
        try:
            await self._edit(drawing, content, message.target)
        except TelegramBadRequest as error:
            if NOT_MODIFIED not in error.message:
                raise
        except DOUBTFUL:
            self.shown.doubt(message)
            raise
        message.note(drawing, version)
        return True

    async def claim(self, message: ShownMessage, drawing: Drawing, version: str) -> float | None:
        """Claim the sending of a message that does not exist yet, before a window is drawn on it.

        Args:
            message: The message.
            drawing: The window.
            version: The version of the record that the window shows.

        Returns:
            0 to go on, because the message exists or this process sends it. Seconds to wait before
            asking again if another worker is sending it. None to skip the window, because another
            worker has sent a later one or the message was cancelled.
        """
        if message.target > 0:
            return 0.0
        claimed = await self.senders.claim(drawing, version)
        if not isinstance(claimed, Sent):
            return claimed
        if claimed.message_id is not None:
            self.shown.note_sent(message, claimed.message_id)
        if drawing.content is None:
            return 0.0
        if digest_of(drawing) == claimed.digest:
            message.note(drawing, version)
        elif claimed.version > version:
            return None
        return 0.0

    async def release(self, message: ShownMessage, drawing: Drawing) -> None:
        """Let another worker send a message that this one could not send."""
        if drawing.content and message.target < 0:
            await self.senders.release(drawing)

    async def _send(
        self, message: ShownMessage, drawing: Drawing, content: NewMessage, version: str
    ) -> None:
        asked_in = drawing.asked.thread_id if drawing.asked else None
        try:
            message_id, topic = await in_a_topic(
                lambda topic: self._posted(replace(content, thread_id=topic)),
                content.thread_id,
                asked_in,
            )
        except TelegramAPIError as error:
            if is_location_refused(error):
                log.info("message_not_sent", error=error.message)
                message.is_unsent = True
                await self.on_unsent(drawing)
            raise
        if message_id is not None:
            self.shown.note_sent(message, message_id)
        # Without an id a later window is sent anew, unless a press on the message tells the id.
        message.note(drawing, version)
        notes = [self.senders.note_sent(drawing, version, message_id)]
        if message_id is not None:
            notes.append(self.store.bind(drawing.record, drawing.target, message_id))
        try:
            await asyncio.gather(*notes)
        except RedisError as error:
            # The next press on the message tells its id.
            log.warning("message_not_noted", error=str(error))
        else:
            if topic != content.thread_id:
                await Relocation(self.store).move(drawing.record, topic)

    async def _posted(self, content: NewMessage) -> int | None:
        """Send a window; return its message's id, None if Telegram's answer does not tell it."""
        try:
            return (await self._post(content)).message_id
        except UnreadableResultError as error:
            # The message was sent, so it must not be sent again.
            telemetry.telegram_failed("unreadable")
            log.warning("result_unreadable", method=type(error.method).__name__)
            return error.message_id

    async def _post(self, content: NewMessage) -> Message:
        method = method_of(content)
        try:
            return await (
                self.bot(method) if method else self._messages.send_message(self.bot, content)
            )
        except TelegramBadRequest as error:
            is_refused = is_location_refused(error) or without_refused(content, error.message)
            if method is None or is_refused:
                raise
            log.warning("content_refused", method=type(method).__name__, error=error.message)
        except PictureError as error:
            log.warning("picture_not_made", error=str(error))
        return await self._messages.send_message(self.bot, in_words(content))

    async def _edit(self, drawing: Drawing, content: NewMessage, message_id: int) -> None:
        if isinstance(drawing.chat_id, int):
            await self._messages.edit(self.bot, content, message_id)
            return
        await self.bot.edit_message_text(
            content.text or "",
            inline_message_id=drawing.chat_id,
            reply_markup=cast("InlineKeyboardMarkup | None", content.reply_markup),
        )

    async def _take_buttons_off(self, drawing: Drawing, message_id: int) -> None:
        """Delete a message or take its buttons off, as the drawing says."""
        chat_id, business = drawing.chat_id, business_of(drawing.record)
        if drawing.delete:
            try:
                await self.bot(
                    DeleteBusinessMessages(
                        business_connection_id=business, message_ids=[message_id]
                    )
                    if business
                    else DeleteMessage(chat_id=chat_id, message_id=message_id)
                )
            except TelegramBadRequest as error:
                if drawing.has_fixed_keyboard or NOT_DELETABLE not in error.message:
                    raise
            else:
                return
        await self.bot.edit_message_reply_markup(
            chat_id=chat_id, message_id=message_id, business_connection_id=business
        )
