"""The message editor: it sends and edits messages, and remembers what each shows."""

import asyncio
import time
from collections.abc import Awaitable, Callable, MutableMapping
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
from aiogram.types import InlineKeyboardMarkup, Message
from aiogram_dialog.api.entities import MarkupVariant, NewMessage, OldMessage
from cachetools import LRUCache
from redis.exceptions import RedisError

from durable_dialogs.drawing.pictures import Messages, PictureError
from durable_dialogs.drawing.refused_buttons import without_refused
from durable_dialogs.drawing.relocation import Relocation
from durable_dialogs.drawing.senders import Senders, Sent, digest_of
from durable_dialogs.drawing.sending import in_words, method_of
from durable_dialogs.state.outcome import Drawing
from durable_dialogs.state.store import DialogStore
from durable_dialogs.telegram.session import UnreadableResultError
from durable_dialogs.telegram.topics import in_a_topic, is_location_refused
from durable_dialogs.telemetry import telemetry

REMEMBERED = 10_000
"""Messages that a process remembers at most."""

NOT_DELETABLE = "message can't be deleted"
"""Telegram's error for deleting a message that is older than 48 hours."""

NOT_MODIFIED = "message is not modified"
"""Telegram's error for an edit that would change nothing."""

DOUBTFUL = (TelegramNetworkError, TelegramServerError)
"""Errors after which Telegram may still carry out an edit."""

OnUnsent = Callable[[Drawing], Awaitable[None]]
"""Called with a drawing that can't be sent because the bot may not write there."""

log = structlog.get_logger(__name__)


async def ignore(_drawing: Drawing) -> None:
    """Do nothing about a drawing that can't be sent."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a message shows.

    Attributes:
        record: The record.
        version: The record's version.
        markup: The keyboard.
        text: The text, because a window that shows the time changes without its version.
    """

    record: str
    version: str
    markup: MarkupVariant | None
    text: str | None


@dataclass(frozen=True, slots=True)
class MessageEditor:
    """Sends and edits messages, and remembers what this process has drawn last.

    Args:
        bot: The bot that sends and edits the messages.
        store: Remembers which message shows a stack.
        senders: Has each new message sent by one worker.
        on_unsent: Called with a drawing that can't be sent.
    """

    bot: Bot
    store: DialogStore
    senders: Senders
    on_unsent: OnUnsent = ignore
    _messages: Messages = field(default_factory=Messages)
    _shown: MutableMapping[str, Shown] = field(default_factory=lambda: LRUCache(REMEMBERED))
    # The ids of messages that were sent, by their placeholders.
    _sent: MutableMapping[str, int] = field(default_factory=lambda: LRUCache(REMEMBERED))
    # When the last edit of a message was over, in seconds of the monotonic clock.
    _edited: MutableMapping[str, float] = field(default_factory=lambda: LRUCache(REMEMBERED))
    _began: float = field(default_factory=time.monotonic)
    # Messages with a failed edit that Telegram may still carry out.
    _doubtful: MutableMapping[str, bool] = field(default_factory=lambda: LRUCache(REMEMBERED))
    # Messages whose last edit this process skipped for another worker.
    _skipped: MutableMapping[str, bool] = field(default_factory=lambda: LRUCache(REMEMBERED))
    # Messages that could not be sent, by their placeholders.
    _unsent: MutableMapping[str, bool] = field(default_factory=lambda: LRUCache(REMEMBERED))

    def is_unsent(self, drawing: Drawing) -> bool:
        """Tell whether a new message could not be sent because the bot may not write there."""
        return message_name(drawing.chat_id, drawing.target) in self._unsent

    def changes_buttons(self, drawing: Drawing) -> bool:
        """Tell whether a message surely gets other buttons than it has, or is still to be sent.

        A message that this process does not know most likely keeps its buttons. After a start
        that is every message that is pressed or drawn again.
        """
        if drawing.fresh or drawing.content is None:
            return True
        shown = self._shown.get(self._name(drawing))
        return shown is not None and not same_buttons(shown.markup, drawing.content.reply_markup)

    def see(self, message: Message) -> None:
        """Learn the buttons of an unknown message from a press on it."""
        name = message_name(message.chat.id, message.message_id)
        if name not in self._shown:
            # Copied, because objects of an update hold their bot and so equal no others.
            markup = message.reply_markup and InlineKeyboardMarkup(
                **message.reply_markup.model_dump()
            )
            self._shown[name] = Shown("", "", markup, None)

    def note(self, drawing: Drawing, version: str) -> None:
        """Remember that a message shows a window that this process has not drawn."""
        if drawing.content is not None:
            self._shown[self._name(drawing)] = _shown(drawing, drawing.content, version)

    def shows(self, drawing: Drawing, version: str) -> bool:
        """Tell whether a message shows a window already, as far as this process knows."""
        shown = self._shown.get(self._name(drawing))
        return drawing.content is not None and shown == _shown(drawing, drawing.content, version)

    def idle_since(self, chat_id: int | str, message_id: int) -> float | None:
        """Return since when this process has not been editing a message.

        Returns:
            Seconds of the monotonic clock, None if that is not remembered.
        """
        # It has not edited an unknown message since it started, unless it has forgotten some.
        since = None if len(self._edited) == REMEMBERED else self._began
        return self._edited.get(message_name(chat_id, message_id), since)

    def is_doubtful(self, chat_id: int | str, message_id: int) -> bool:
        """Tell whether an edit of a message failed that Telegram may still carry out."""
        return message_name(chat_id, message_id) in self._doubtful

    def skip(self, drawing: Drawing) -> None:
        """Note that a window is not drawn because another worker draws a later one."""
        self._skipped[self._name(drawing)] = True

    def is_skipped(self, chat_id: int | str, message_id: int) -> bool:
        """Tell whether this process skipped the last edit of a message for another worker."""
        return message_name(chat_id, message_id) in self._skipped

    def forget(self, chat_id: int | str, message_id: int) -> None:
        """Forget what a message shows."""
        self._shown.pop(message_name(chat_id, message_id), None)

    def reset(self, chat_id: int | str, message_id: int) -> None:
        """Forget what a message shows, and which of its edits failed or were skipped."""
        self.forget(chat_id, message_id)
        for noted in (self._doubtful, self._skipped):
            noted.pop(message_name(chat_id, message_id), None)

    async def draw(self, drawing: Drawing, version: str) -> bool:
        """Draw a window on its message, with the buttons disabled that Telegram refuses.

        Returns:
            Whether anything had to be done.

        Raises:
            TelegramAPIError: Telegram refused, or can't be reached.
        """
        try:
            return await self._draw(drawing, version)
        except TelegramBadRequest as error:
            content = without_refused(drawing.content, error.message)
            if content is None:
                raise
            return await self.draw(replace(drawing, content=content), version)

    async def _draw(self, drawing: Drawing, version: str) -> bool:
        target, name, content = self.target(drawing), self._name(drawing), drawing.content
        self._skipped.pop(name, None)
        if content is None:
            self._shown.pop(name, None)
            if target > 0:
                await self._take_buttons_off(drawing, target)
            return True
        shows = _shown(drawing, content, version)
        if target < 0:
            if self._shown.get(name) == shows:
                return False  # it was sent, but its id could not be read
            await self._send(drawing, content, version)
            return True
        before = self._shown.pop(name, None)
        if before == shows:
            self._shown[name] = before
            return False
        try:
            await self._edit(drawing, content, target)
        except TelegramBadRequest as error:
            if NOT_MODIFIED not in error.message:
                raise
        except DOUBTFUL:
            self._doubtful[name] = True
            raise
        finally:
            self._edited[name] = time.monotonic()
        self._shown[name] = shows
        return True

    async def claim(self, drawing: Drawing, version: str) -> float | None:
        """Claim the sending of a message that does not exist yet, before a window is drawn on it.

        Args:
            drawing: The window.
            version: The version of the record that the window shows.

        Returns:
            0 to go on, because the message exists or this process sends it. Seconds to wait before
            asking again if another worker is sending it. None to skip the window, because another
            worker has sent a later one or the message was cancelled.
        """
        if self.target(drawing) > 0:
            return 0.0
        claimed = await self.senders.claim(drawing, version)
        if not isinstance(claimed, Sent):
            return claimed
        if claimed.message_id is not None:
            self._sent[message_name(drawing.chat_id, drawing.target)] = claimed.message_id
        if drawing.content is None:
            return 0.0
        if digest_of(drawing) == claimed.digest:
            self._shown[self._name(drawing)] = _shown(drawing, drawing.content, version)
        elif claimed.version > version:
            return None
        return 0.0

    async def release(self, drawing: Drawing) -> None:
        """Let another worker send a message that this one could not send."""
        if drawing.content and self.target(drawing) < 0:
            await self.senders.release(drawing)

    async def _send(self, drawing: Drawing, content: NewMessage, version: str) -> None:
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
                self._unsent[message_name(drawing.chat_id, drawing.target)] = True
                await self.on_unsent(drawing)
            raise
        if message_id is not None:
            self._sent[message_name(drawing.chat_id, drawing.target)] = message_id
        # Without an id a later window is sent anew, unless a press on the message tells the id.
        self._shown[self._name(drawing)] = _shown(drawing, content, version)
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
                await Relocation(self.store, self.bot.id).move(drawing.record, topic)

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
        markup = cast("InlineKeyboardMarkup | None", content.reply_markup)
        if isinstance(drawing.chat_id, str):
            await self.bot.edit_message_text(
                content.text or "", inline_message_id=drawing.chat_id, reply_markup=markup
            )
            return
        if method_of(content):
            await self.bot.edit_message_reply_markup(
                chat_id=drawing.chat_id, message_id=message_id, reply_markup=markup
            )
            return
        old = OldMessage(
            chat=content.chat, message_id=message_id, media_id=None, media_uniq_id=None
        )
        try:
            await self._messages.edit_message(self.bot, content, old)
        except PictureError as error:
            log.warning("picture_not_made", error=str(error))
            await self._messages.edit_in_words(self.bot, content, old)

    async def _take_buttons_off(self, drawing: Drawing, message_id: int) -> None:
        """Delete a message or take its buttons off, as the drawing says."""
        if drawing.delete:
            try:
                await self.bot.delete_message(drawing.chat_id, message_id)
            except TelegramBadRequest as error:
                if drawing.has_fixed_keyboard or NOT_DELETABLE not in error.message:
                    raise
            else:
                return
        await self.bot.edit_message_reply_markup(chat_id=drawing.chat_id, message_id=message_id)

    def target(self, drawing: Drawing) -> int:
        """Return the id of the message to draw on, or a placeholder below 0 if it is not sent."""
        if drawing.target > 0:
            return drawing.target
        return self._sent.get(message_name(drawing.chat_id, drawing.target), drawing.target)

    def _name(self, drawing: Drawing) -> str:
        return message_name(drawing.chat_id, self.target(drawing))


def _shown(drawing: Drawing, content: NewMessage, version: str) -> Shown:
    return Shown(drawing.record, version, content.reply_markup, content.text)


def same_buttons(one: MarkupVariant | None, other: MarkupVariant | None) -> bool:
    """Tell whether two keyboards are equal."""
    # Mostly it is the same object, and comparing all buttons is slow.
    return one is other or one == other


def message_name(chat_id: int | str, message_id: int) -> str:
    """Return a name of a message that is unique among all chats."""
    return f"{chat_id}/{message_id}"
