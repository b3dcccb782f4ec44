"""The bot's inline keyboards."""

import asyncio

from aiogram import F, Router
from aiogram.filters import Command, CommandObject
from aiogram.types import (
    CallbackQuery,
    CopyTextButton,
    DisabledButton,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LoginUrl,
    Message,
    SwitchInlineQueryChosenChat,
)

ELSEWHERE = SwitchInlineQueryChosenChat(query="milk", allow_group_chats=True)


def counter(value: int) -> InlineKeyboardMarkup:
    """Make the keyboard of a counter."""
    return InlineKeyboardMarkup(
        inline_keyboard=[
            [
                InlineKeyboardButton(text="-1", callback_data=str(value - 1), style="danger"),
                InlineKeyboardButton(text="+1", callback_data=str(value + 1), style="success"),
            ],
            [
                InlineKeyboardButton(text="Alert", callback_data="alert"),
                InlineKeyboardButton(text="Slow", callback_data="slow", style="primary"),
            ],
            [
                InlineKeyboardButton(text="Site", url="https://example.org/"),
                InlineKeyboardButton(text="Copy", copy_text=CopyTextButton(text="tea")),
            ],
        ]
    )


KINDS = InlineKeyboardMarkup(
    inline_keyboard=[
        [
            InlineKeyboardButton(text="Same chat", switch_inline_query_current_chat="green"),
            InlineKeyboardButton(text="Any chat", switch_inline_query="black"),
        ],
        [
            InlineKeyboardButton(text="In a group", switch_inline_query_chosen_chat=ELSEWHERE),
            InlineKeyboardButton(text="Sold out", disabled=DisabledButton()),
        ],
    ]
)


def waiting(count: int) -> InlineKeyboardMarkup:
    """Make a keyboard of `Slow` buttons, which are answered late, and one quick button."""
    late = [InlineKeyboardButton(text=f"Late {i}", callback_data=f"slow {i}") for i in range(count)]
    now = InlineKeyboardButton(text="Now", callback_data="alert")
    return InlineKeyboardMarkup(inline_keyboard=[late, [now]])


def buttons(slow: asyncio.Event) -> Router:
    """Make the handlers; presses of `Slow` are answered when the event is set."""
    router = Router()

    @router.message(Command("count"))
    async def count(message: Message) -> None:
        await message.answer("Value: 0", reply_markup=counter(0))

    @router.message(Command("kinds"))
    async def kinds(message: Message) -> None:
        await message.answer("Of every kind", reply_markup=KINDS)

    @router.message(Command("late"))
    async def late(message: Message) -> None:
        await message.answer("Be patient", reply_markup=waiting(8))

    @router.message(Command("login"))
    async def login(message: Message, command: CommandObject) -> None:
        button = InlineKeyboardButton(text="Log in", login_url=LoginUrl(url=command.args or ""))
        markup = InlineKeyboardMarkup(inline_keyboard=[[button]])
        await message.answer("Who are you?", reply_markup=markup)

    @router.callback_query(F.data == "alert")
    async def alert(query: CallbackQuery) -> None:
        await query.answer("Mind the tea!", show_alert=True)

    @router.callback_query(F.data.startswith("slow"))
    async def take_time(query: CallbackQuery) -> None:
        await slow.wait()
        await query.answer("At last")

    @router.callback_query(F.data)
    async def show(query: CallbackQuery) -> None:
        assert isinstance(query.message, Message)
        value = int(query.data or 0)
        await query.message.edit_text(f"Value: {value}", reply_markup=counter(value))
        await query.answer()

    return router
