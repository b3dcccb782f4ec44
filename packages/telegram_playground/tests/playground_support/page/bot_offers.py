"""The bot's invoices, games, Mini Apps and inline results."""

import asyncio

from aiogram import Bot, F, Router
from aiogram.filters import Command, CommandObject
from aiogram.types import (
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQuery,
    InlineQueryResultArticle,
    InputTextMessageContent,
    KeyboardButton,
    LabeledPrice,
    MenuButtonWebApp,
    Message,
    PreCheckoutQuery,
    ReplyKeyboardMarkup,
    ShippingOption,
    ShippingQuery,
    WebAppInfo,
)

GAME = "https://example.org/game"
BANK = "test"


def offers(slow: asyncio.Event) -> Router:
    """Make the handlers; an inline query that begins with `slow` waits for the event."""
    router = Router()
    _take_bills(router)
    _take_apps(router)

    @router.message(Command("game"))
    async def game(message: Message) -> None:
        sent = await message.answer_game("tea")
        assert message.bot
        assert message.from_user
        await message.bot.set_game_score(
            message.from_user.id, 42, chat_id=sent.chat.id, message_id=sent.message_id
        )

    @router.callback_query(F.game_short_name)
    async def play(query: CallbackQuery) -> None:
        await query.answer(url=GAME)

    @router.inline_query()
    async def offer(query: InlineQuery) -> None:
        if query.query.startswith("slow"):
            await slow.wait()
        text = InputTextMessageContent(message_text=f"A cup of {query.query}")
        article = InlineQueryResultArticle(id="1", title="Cup", input_message_content=text)
        await query.answer([article], cache_time=0)

    return router


def _take_bills(router: Router) -> None:
    @router.message(Command("bill"))
    async def bill(message: Message) -> None:
        prices = [LabeledPrice(label="Tea", amount=5)]
        await message.answer_invoice("A cup of tea", "Hot and green", "tea", "XTR", prices)

    @router.message(Command("bill_link"))
    async def bill_link(message: Message, bot: Bot) -> None:
        prices = [LabeledPrice(label="Tea", amount=5)]
        link = await bot.create_invoice_link("A pot of tea", "For two", "pot", "XTR", prices)
        await message.answer(link)

    @router.message(Command("card"))
    async def card(message: Message) -> None:
        await message.answer_invoice(
            "A box of tea",
            "A hundred bags",
            "box",
            "EUR",
            [LabeledPrice(label="Tea", amount=1000), LabeledPrice(label="Box", amount=150)],
            provider_token=BANK,
            need_name=True,
            need_email=True,
            need_shipping_address=True,
            is_flexible=True,
            max_tip_amount=500,
            suggested_tip_amounts=[100, 200],
        )

    @router.shipping_query()
    async def ship(query: ShippingQuery) -> None:
        if query.shipping_address.country_code != "DE":
            await query.answer(ok=False, error_message="We ship to Germany only")
            return
        options = [
            ShippingOption(id=name.lower(), title=name, prices=[LabeledPrice(label=name, amount=n)])
            for name, n in (("Post", 400), ("Pigeon", 900))
        ]
        await query.answer(ok=True, shipping_options=options)

    @router.pre_checkout_query()
    async def check(query: PreCheckoutQuery) -> None:
        await query.answer(ok=True)

    @router.message(F.successful_payment)
    async def paid(message: Message) -> None:
        payment = message.successful_payment
        assert payment
        where = payment.order_info and payment.order_info.shipping_address
        if where:
            await message.answer(f"To {where.city} by {payment.shipping_option_id}")
        else:
            await message.answer(f"Thank you: {payment.telegram_payment_charge_id}")

    @router.message(Command("refund"))
    async def refund(message: Message, command: CommandObject, bot: Bot) -> None:
        assert message.from_user
        await bot.refund_star_payment(message.from_user.id, command.args or "")


def _take_apps(router: Router) -> None:
    @router.message(Command("app"))
    async def app(message: Message, command: CommandObject) -> None:
        page = KeyboardButton(text="App", web_app=WebAppInfo(url=command.args or ""))
        await message.answer("Open it", reply_markup=ReplyKeyboardMarkup(keyboard=[[page]]))

    @router.message(Command("inline_app"))
    async def inline_app(message: Message, command: CommandObject) -> None:
        page = InlineKeyboardButton(text="Shop", web_app=WebAppInfo(url=command.args or ""))
        markup = InlineKeyboardMarkup(inline_keyboard=[[page]])
        await message.answer("Open the shop", reply_markup=markup)

    @router.message(Command("menu_app"))
    async def menu_app(message: Message, command: CommandObject, bot: Bot) -> None:
        page = MenuButtonWebApp(text="Tea shop", web_app=WebAppInfo(url=command.args or ""))
        await bot.set_chat_menu_button(chat_id=message.chat.id, menu_button=page)

    @router.message(F.web_app_data)
    async def took(message: Message) -> None:
        assert message.web_app_data
        await message.answer(f"Took {message.web_app_data.data}")
