"""`/cutlets` in groups: a reply keyboard that only the sender of the command sees.

Dialogs do not show reply keyboards in groups, so these handlers do it, without any state.
"""

from typing import Any

from aiogram import Bot, F, Router
from aiogram.enums import ChatType
from aiogram.filters import Command
from aiogram.methods import TelegramMethod
from aiogram.types import KeyboardButton, Message, ReplyKeyboardMarkup, ReplyKeyboardRemove

from locales import Catalog, Texts
from widgets.reply import words

SERVED = {"cutlets-with": "cutlets-served-with", "cutlets-without": "cutlets-served-without"}
"""The text key of each answer, by the text key of the button."""

router = Router(name="cutlets in groups")
router.message.filter(F.chat.type != ChatType.PRIVATE)


@router.message(Command("cutlets"))
async def ask(message: Message, texts: Texts) -> TelegramMethod[Message]:
    """Ask the question, with a keyboard that only the sender sees (`selective`)."""
    keyboard = ReplyKeyboardMarkup(
        keyboard=[[KeyboardButton(text=texts(label)) for label in SERVED]],
        resize_keyboard=True,
        selective=True,
        input_field_placeholder=texts("cutlets-placeholder"),
    )
    return message.reply(texts("cutlets-question"), reply_markup=keyboard)


async def choice(message: Message, bot: Bot, catalog: Catalog) -> dict[str, Any] | bool:
    """Match a reply to the question with the text of one of its buttons.

    Telegram clients send a press on a reply keyboard as such a message. The question may
    have been asked in any language.

    Returns:
        `served`, the text of the answer; False if the message is something else.
    """
    question = message.reply_to_message
    if question is None or question.from_user is None or question.from_user.id != bot.id:
        return False
    for texts in map(catalog.speak, catalog.languages):
        if question.text == texts("cutlets-question"):
            for label, answer in SERVED.items():
                if words(texts(label)) == words(message.text or ""):
                    return {"served": texts(answer)}
    return False


@router.message(choice)
async def serve(message: Message, served: str) -> TelegramMethod[Message]:
    """Answer the choice and remove the sender's keyboard."""
    return message.reply(served, reply_markup=ReplyKeyboardRemove(selective=True))
