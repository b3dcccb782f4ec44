"""`/stats`: statistics for the bot's admins. For others it is an unknown command."""

from datetime import UTC, date, datetime, timedelta

from aiogram import F, Router
from aiogram.enums import ChatType
from aiogram.filters import Command
from aiogram.methods import TelegramMethod
from aiogram.types import BufferedInputFile, Message

from charts.process import ChartError
from db.filters import Filter
from handlers.admins import is_by_admin
from locales import Texts
from widgets.chart import by_day
from widgets.services import Services

DAYS = 30
"""Days in the chart, today included."""

router = Router(name="statistics")


@router.message(Command("stats"), F.chat.type == ChatType.PRIVATE, is_by_admin)
async def show(message: Message, services: Services, texts: Texts) -> TelegramMethod[Message]:
    """Show the numbers of people, counters, taps and totals, by days in UTC."""
    today = datetime.now(UTC).date()
    days = (today - timedelta(days=DAYS - 1), today)
    tapped = await services.taps.by_day()
    saved_days = await services.summaries.by_day(Filter().on_days(*days, UTC), UTC)
    saved = {day.day: day.count for day in saved_days}
    text = texts(
        "stats",
        users=await services.users.count(),
        counters=await services.taps.counters(today),
        taps=tapped.get(today, 0),
        totals=saved.get(today, 0),
        month=_sum_of(tapped, days[0]),
        saved=_sum_of(saved, days[0]),
        days=DAYS,
    )
    panels = {texts("stats-taps"): tapped, texts("stats-totals"): saved}
    try:
        png = await services.charts.draw(by_day(texts.language, days, panels))
    except ChartError:
        return message.answer(text)
    return message.answer_photo(BufferedInputFile(png, "stats.png"), caption=text)


def _sum_of(values: dict[date, int], first: date) -> int:
    return sum(value for day, value in values.items() if day >= first)
