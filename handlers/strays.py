"""What belongs to no dialog: presses before them, and whatever is left after them."""

import re

from aiogram import F, Router
from aiogram.dispatcher.event.bases import SkipHandler
from aiogram.enums import ChatType, ContentType
from aiogram.methods import TelegramMethod
from aiogram.types import CallbackQuery, Message, ReplyKeyboardRemove
from aiogram.utils.callback_answer import CallbackAnswer
from aiogram_dialog import DialogManager
from aiogram_dialog.utils import CB_SEP

from handlers.answering import AnswerMiddleware
from locales import Texts
from states import SpecialButtons
from widgets.presses import note_forged

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
"""What people send, as against what Telegram notes in a chat."""

ASKED_FOR = {
    ContentType.USERS_SHARED,
    ContentType.CHAT_SHARED,
    ContentType.MANAGED_BOT_CREATED,
    ContentType.WEB_APP_DATA,
}
"""What only a reply button that asks for it sends."""

STRAY_CACHE = 10
"""Seconds for which a person's client repeats the answer to a press that is nobody's."""

MARKED = re.compile(rf"[^{CB_SEP}]+{CB_SEP}")
"""How the data of a dialog's buttons begins: with the mark of its context."""


async def is_stray(callback: CallbackQuery) -> bool:
    """Tell whether a press can't be of a dialog.

    A coroutine, as every press is asked: aiogram runs other filters, magic ones
    too, in a thread, which costs as much as two commands to Redis.
    """
    return callback.message is None or not MARKED.match(callback.data or "")


before = Router(name="strays before the dialogs")
before.callback_query.middleware(AnswerMiddleware())
after = Router(name="strays after the dialogs")


@before.callback_query(is_stray, flags={"callback_answer": {"cache_time": STRAY_CACHE}})
async def unknown_press(
    callback: CallbackQuery, callback_answer: CallbackAnswer, texts: Texts
) -> None:
    """Answer a press without a dialog's mark.

    aiogram-dialog would take it for one of the person's own open window, and draw
    that onto the pressed message.
    """
    note_forged(callback, callback.data)
    callback_answer.text = texts("notice-not-offered")


@before.message(F.content_type.in_(ASKED_FOR))
async def late_answer(
    message: Message, dialog_manager: DialogManager, texts: Texts
) -> TelegramMethod[Message]:
    """Say that a question is no longer open.

    Raises:
        SkipHandler: It may be; the dialog knows.
    """
    if dialog_manager.has_context():
        state = dialog_manager.current_context().state
        if state.group is SpecialButtons:
            raise SkipHandler
    return message.reply(texts("special-closed"))


@after.message(F.chat.type == ChatType.PRIVATE, F.content_type.in_(TALK))
async def hint(message: Message, texts: Texts) -> TelegramMethod[Message]:
    """Say what is understood here.

    No window takes the message, so a reply keyboard that it may come from is a
    dead one, and goes.
    """
    return message.answer(texts("notice-hint"), reply_markup=ReplyKeyboardRemove())


@after.message(F.text.startswith("/"), F.text.contains("@"))
async def hint_to_command(message: Message, texts: Texts) -> TelegramMethod[Message] | None:
    """Say so, too, in a group where an unknown command names this bot."""
    me = await message.bot.me() if message.bot else None
    _, _, name = (message.text or "").split(maxsplit=1)[0].partition("@")
    if me and me.username and name.lower() == me.username.lower():
        return message.reply(texts("notice-hint"))
    return None
