"""The bot's polls."""

from aiogram import Bot, F, Router
from aiogram.filters import Command
from aiogram.types import Message


def polls() -> Router:
    """Make the handlers."""
    router = Router()

    @router.message(Command("poll"))
    async def poll(message: Message) -> None:
        await message.answer_poll("Tea or coffee?", ["Tea", "Coffee"], is_anonymous=False)

    @router.message(Command("quiz"))
    async def quiz(message: Message) -> None:
        await message.answer_poll(
            "Where does tea come from?",
            ["The moon", "China"],
            type="quiz",
            correct_option_ids=[1],
            explanation="It was drunk there first",
        )

    @router.message(Command("many"))
    async def many(message: Message) -> None:
        await message.answer_poll(
            "What goes in?", ["Milk", "Sugar", "Lemon"], allows_multiple_answers=True
        )

    @router.message(Command("stop"), F.reply_to_message.poll)
    async def stop(message: Message, bot: Bot) -> None:
        assert message.reply_to_message
        await bot.stop_poll(message.chat.id, message.reply_to_message.message_id)

    return router
