"""Answers presses and messages that belong to no dialog.

The router `before` runs before the dialogs and `after` takes what no dialog has handled.
"""

import re

from aiogram import F, Router
from aiogram.dispatcher.event.bases import SkipHandler
from aiogram.enums import ChatType, ContentType
from aiogram.methods import TelegramMethod
from aiogram.types import CallbackQuery, Message, ReplyKeyboardRemove
from aiogram.utils.callback_answer import CallbackAnswer
from aiogram_dialog import DialogManager
from aiogram_dialog.utils import CB_SEP

from durable_dialogs import note_forged
from handlers.answering import AnswerMiddleware
from locales import Texts
from states import SpecialButtons

TALK = {
    ContentType.TEXT,
    ContentType.PHOTO,
    ContentType.VIDEO,
    ContentType.VIDEO_NOTE,
    ContentType.VOICE,
    ContentType.AUDIO,
    ContentType.ANIMATION,
    ContentType.DOCUMENT,
    ContentType.STICKER,
    ContentType.CONTACT,
    ContentType.LOCATION,
    ContentType.VENUE,
    ContentType.POLL,
    ContentType.DICE,
}
"""Messages that people send, as opposed to service messages of Telegram."""

ASKED_FOR = {
    ContentType.USERS_SHARED,
    ContentType.CHAT_SHARED,
    ContentType.MANAGED_BOT_CREATED,
    ContentType.WEB_APP_DATA,
}
"""Messages that only a reply button sends, which asks for such an answer."""

STRAY_CACHE = 10
"""Seconds that a client caches the answer to an unknown press."""

MARKED = re.compile(rf"[^{CB_SEP}]+{CB_SEP}")
"""Start of the callback data of a dialog's button: the id of its context."""


async def is_stray(callback: CallbackQuery) -> bool:
    """Tell whether a press can't belong to a dialog.

    A coroutine because it runs for every press: aiogram runs other filters, magic filters
    included, in a thread, and that costs as much as two Redis commands.
    """
    return callback.message is None or not MARKED.match(callback.data or "")


before = Router(name="strays before the dialogs")
before.callback_query.middleware(AnswerMiddleware())
after = Router(name="strays after the dialogs")


@before.callback_query(is_stray, flags={"callback_answer": {"cache_time": STRAY_CACHE}})
async def unknown_press(
    callback: CallbackQuery, callback_answer: CallbackAnswer, texts: Texts
) -> None:
    """Answer a press whose callback data has no context id.

    aiogram-dialog would pass it to the window that the person has open, and draw that window
    in the pressed message.
    """
    note_forged(callback, callback.data)
    callback_answer.text = texts("notice-not-offered")


@before.message(F.content_type.in_(ASKED_FOR))
async def late_answer(
    message: Message, dialog_manager: DialogManager, texts: Texts
) -> TelegramMethod[Message]:
    """Say that the question of a reply button is closed.

    Raises:
        SkipHandler: The window may still be open; its dialog handles the message.
    """
    if dialog_manager.has_context():
        state = dialog_manager.current_context().state
        if state.group is SpecialButtons:
            raise SkipHandler
    return message.reply(texts("special-closed"))


@after.message(F.chat.type == ChatType.PRIVATE, F.content_type.in_(TALK))
async def hint(message: Message, texts: Texts) -> TelegramMethod[Message]:
    """Explain what the bot understands.

    No window has handled the message, so a reply keyboard that may still be shown has no use
    and is removed.
    """
    return message.answer(texts("notice-hint"), reply_markup=ReplyKeyboardRemove())


@after.message(F.text.startswith("/"), F.text.contains("@"))
async def hint_to_command(message: Message, texts: Texts) -> TelegramMethod[Message] | None:
    """Explain it in a group as well, if an unknown command there names this bot."""
    me = await message.bot.me() if message.bot else None
    _, _, name = (message.text or "").split(maxsplit=1)[0].partition("@")
    if me and me.username and name.lower() == me.username.lower():
        return message.reply(texts("notice-hint"))
    return None
