"""The bot's reply keyboards."""

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.types import (
    KeyboardButton,
    KeyboardButtonPollType,
    KeyboardButtonRequestChat,
    KeyboardButtonRequestManagedBot,
    KeyboardButtonRequestUsers,
    ManagedBotUpdated,
    Message,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)

KEYS = ReplyKeyboardMarkup(
    keyboard=[
        [KeyboardButton(text="Tea"), KeyboardButton(text="Coffee", style="primary")],
        [
            KeyboardButton(text="My contact", request_contact=True),
            KeyboardButton(text="My place", request_location=True),
        ],
        [
            KeyboardButton(
                text="Friends",
                request_users=KeyboardButtonRequestUsers(request_id=1, max_quantity=2),
            ),
            KeyboardButton(text="Enough"),
        ],
    ],
    resize_keyboard=True,
    input_field_placeholder="Tea or coffee?",
)

PICKERS = ReplyKeyboardMarkup(
    keyboard=[
        [
            KeyboardButton(
                text="Group",
                request_chat=KeyboardButtonRequestChat(
                    request_id=2, chat_is_channel=False, chat_is_forum=False, request_title=True
                ),
            ),
            KeyboardButton(
                text="Channel",
                request_chat=KeyboardButtonRequestChat(request_id=3, chat_is_channel=True),
            ),
        ],
        [
            KeyboardButton(text="Any poll", request_poll=KeyboardButtonPollType()),
            KeyboardButton(text="A quiz", request_poll=KeyboardButtonPollType(type="quiz")),
        ],
        [
            KeyboardButton(
                text="A bot",
                request_managed_bot=KeyboardButtonRequestManagedBot(
                    request_id=4, suggested_name="Tea shop", suggested_username="tea_shop_bot"
                ),
            )
        ],
    ],
    resize_keyboard=True,
)

TEA = [[KeyboardButton(text="Tea")]]


def keyboards() -> Router:
    """Make the handlers of commands that show a keyboard."""
    router = Router()

    @router.message(Command("keys"))
    async def keys(message: Message) -> None:
        await message.answer("Choose", reply_markup=KEYS)

    @router.message(Command("once"))
    async def once(message: Message) -> None:
        markup = ReplyKeyboardMarkup(keyboard=TEA, one_time_keyboard=True)
        await message.answer("Choose once", reply_markup=markup)

    @router.message(Command("stay"))
    async def stay(message: Message) -> None:
        markup = ReplyKeyboardMarkup(keyboard=TEA, is_persistent=True)
        await message.answer("Choose always", reply_markup=markup)

    @router.message(Command("mine"))
    async def mine(message: Message) -> None:
        markup = ReplyKeyboardMarkup(keyboard=TEA, selective=True)
        await message.reply("You alone", reply_markup=markup)

    @router.message(Command("pick"))
    async def pick(message: Message) -> None:
        await message.answer("Pick", reply_markup=PICKERS)

    @router.message(F.text == "Enough")
    async def enough(message: Message) -> None:
        await message.answer("No keys", reply_markup=ReplyKeyboardRemove())

    return router


def shares() -> Router:
    """Make the handlers of what request buttons send."""
    router = Router()

    @router.message(F.chat_shared)
    async def shared(message: Message) -> None:
        assert message.chat_shared
        await message.answer(f"Got {message.chat_shared.title}")

    @router.message(F.poll)
    async def polled(message: Message) -> None:
        assert message.poll
        await message.answer(f"Got a {message.poll.type} poll")

    @router.message(F.managed_bot_created)
    async def created(message: Message) -> None:
        assert message.managed_bot_created
        await message.answer(f"Got @{message.managed_bot_created.bot_user.username}")

    @router.managed_bot()
    async def managed(event: ManagedBotUpdated) -> None:
        assert event.bot
        await event.bot.send_message(event.user.id, f"I manage {event.bot_user.first_name}")

    return router
