"""A reply keyboard in a group, which dialogs can't have: for one person, and without state."""

from typing import Any

from aiogram import Bot, F, Router
from aiogram.enums import ChatType
from aiogram.filters import Command
from aiogram.methods import TelegramMethod
from aiogram.types import KeyboardButton, Message, ReplyKeyboardMarkup, ReplyKeyboardRemove

from locales import Catalog, Texts
from widgets.reply import words

SERVED = {"cutlets-with": "cutlets-served-with", "cutlets-without": "cutlets-served-without"}
"""The answers, by the labels that they are to."""

router = Router(name="cutlets in groups")
router.message.filter(F.chat.type != ChatType.PRIVATE)


@router.message(Command("cutlets"))
async def ask(message: Message, texts: Texts) -> TelegramMethod[Message]:
    """Ask the sender, whose reply keyboard nobody else gets to see."""
    keyboard = ReplyKeyboardMarkup(
        keyboard=[[KeyboardButton(text=texts(label)) for label in SERVED]],
        resize_keyboard=True,
        selective=True,
        input_field_placeholder=texts("cutlets-placeholder"),
    )
    return message.reply(texts("cutlets-question"), reply_markup=keyboard)


async def choice(message: Message, bot: Bot, catalog: Catalog) -> dict[str, Any] | bool:
    """Tell whether a message chooses, and give the text that `served` answers with.

    It is a reply to the question, in whichever language that was asked, with the
    words of one of its buttons: clients send a press as such a reply.
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
    """Answer the choice, and take the keyboard from who has chosen."""
    return message.reply(served, reply_markup=ReplyKeyboardRemove(selective=True))
