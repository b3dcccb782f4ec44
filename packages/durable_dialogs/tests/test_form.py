"""A call sends the same form as aiogram's own session."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
from aiogram import Bot
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.enums import ChatAction, ParseMode
from aiogram.methods import (
    AnswerCallbackQuery,
    AnswerInlineQuery,
    BanChatMember,
    EditMessageText,
    SendChatAction,
    SendInvoice,
    SendMediaGroup,
    SendMessage,
    SendPhoto,
    TelegramMethod,
)
from aiogram.types import (
    BufferedInputFile,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InputMediaPhoto,
    InputTextMessageContent,
    LabeledPrice,
    ReplyParameters,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from durable_dialogs.telegram.form import form_of

BOT = Bot(
    "1234567:token",
    session=AiohttpSession(),
    default=DefaultBotProperties(
        parse_mode=ParseMode.HTML, link_preview_is_disabled=True, protect_content=False
    ),
)
KEYBOARD = InlineKeyboardMarkup(
    inline_keyboard=[[InlineKeyboardButton(text="+1 & more", callback_data="a\x1db:1")]]
)
PHOTO = BufferedInputFile(b"picture", "picture.png")
OBJECTS = {"link_preview_options", "prices", "reply_markup"}
"""Parameters that are JSON, which the two may write in different ways."""
METHODS: list[TelegramMethod[Any]] = [
    AnswerCallbackQuery(callback_query_id="1"),
    AnswerCallbackQuery(callback_query_id="1", text="", show_alert=False, cache_time=0),
    EditMessageText(chat_id=1, message_id=2, text="<b>1</b>", reply_markup=KEYBOARD),
    SendChatAction(chat_id="@channel", action=ChatAction.TYPING),
    SendMessage(chat_id=-1001, text="a"),
    SendInvoice(
        chat_id=1,
        title="tea",
        description="hot",
        payload="signed",
        currency="XTR",
        prices=[LabeledPrice(label="tea", amount=10)],
    ),
]
FOR_AIOGRAM: list[TelegramMethod[Any]] = [
    SendPhoto(chat_id=1, photo=PHOTO),
    SendMediaGroup(chat_id=1, media=[InputMediaPhoto(media=PHOTO)]),
    SendMessage(chat_id=1, text="a", reply_parameters=ReplyParameters(message_id=7)),
    BanChatMember(chat_id=1, user_id=2, until_date=timedelta(days=1)),
    BanChatMember(chat_id=1, user_id=2, until_date=datetime.now(UTC)),
    AnswerInlineQuery(
        inline_query_id="1",
        results=[
            InlineQueryResultArticle(
                id="1", title="a", input_message_content=InputTextMessageContent(message_text="a")
            )
        ],
    ),
]


def read(form: str) -> dict[str, object]:
    """Return the parameters of a form; those that are no texts are parsed."""
    fields = {name: value for name, (value,) in parse_qs(form, strict_parsing=True).items()}
    return {name: json.loads(value) if name in OBJECTS else value for name, value in fields.items()}


def ours(method: TelegramMethod[Any]) -> dict[str, object]:
    form = form_of(BOT, method)
    assert form is not None
    assert form.content_type == "application/x-www-form-urlencoded"
    return read(form.decode())


def aiograms(method: TelegramMethod[Any]) -> dict[str, object]:
    form = AiohttpSession().build_form_data(BOT, method)()
    return read(form.decode())


@pytest.mark.parametrize("method", METHODS, ids=lambda method: type(method).__name__)
def test_a_form_is_the_same_as_aiograms(method: TelegramMethod[Any]) -> None:
    assert ours(method) == aiograms(method)


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_any_text_is_the_same_in_a_form(text: str) -> None:
    keyboard = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text=text)]])
    method = SendMessage(chat_id=1, text=text, reply_markup=keyboard)
    assert ours(method) == aiograms(method)


@pytest.mark.parametrize("method", FOR_AIOGRAM, ids=lambda method: type(method).__name__)
def test_aiogram_sends_files_times_and_inner_defaults(method: TelegramMethod[Any]) -> None:
    assert form_of(BOT, method) is None


def test_aiogram_refuses_half_of_a_surrogate_pair() -> None:
    assert form_of(BOT, SendMessage(chat_id=1, text="x\ud83d")) is None
