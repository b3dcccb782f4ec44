"""A person's totals as results of inline mode, newest first and a page at a time."""

import re
from datetime import tzinfo
from html import escape

import structlog
from aiogram.types import InlineQueryResultArticle, InputTextMessageContent
from sqlalchemy.exc import SQLAlchemyError

from db.filters import Filter
from db.models import Total
from db.pages import Cursor
from db.totals import Totals
from locales import Texts
from widgets.zone import local_time

PAGE = 20
"""Totals in one answer; Telegram takes 50 results (Bot API, answerInlineQuery)."""

OFFSET = re.compile(r"(\d{1,10}):(\d{1,18})")
"""What an offset looks like: the time and the id of the last total before it."""

log = structlog.get_logger(__name__)


async def find_totals(
    totals: Totals, texts: Texts, zone: tzinfo, person_id: int, offset: str
) -> tuple[list[InlineQueryResultArticle], str]:
    """Give a page of a person's totals, none while the database is away.

    Args:
        totals: Where they are.
        texts: The texts of the person's language.
        zone: The person's time zone.
        person_id: The person.
        offset: What the former page gave, empty for the first; another is answered with none.

    Returns:
        The results, and the next page's offset, empty on the last.
    """
    place = OFFSET.fullmatch(offset)
    if offset and place is None:
        return [], ""
    at = Cursor("older", int(place[1]), int(place[2])) if place else None
    try:
        page = await totals.page(Filter(user_id=person_id), limit=PAGE, at=at)
    except SQLAlchemyError as error:
        log.warning("totals_not_offered", error=type(error).__name__)
        return [], ""
    if at and page.newer is None:
        # Nothing is left there, and these are the newest again.
        return [], ""
    further = page.older
    results = [_result(texts, zone, total) for total in page.totals]
    return results, f"{further.created_at}:{further.id}" if further else ""


def lines(texts: Texts, key: str, value: int, label: str | None) -> str:
    """Give what a counter's message says: its label if it has one, and its last line."""
    last = texts(key, value=str(value))
    if label is None:
        return last
    return f"{texts('counter-label', label=escape(label, quote=False))}\n{last}"


def _result(texts: Texts, zone: tzinfo, total: Total) -> InlineQueryResultArticle:
    value = str(total.value)
    return InlineQueryResultArticle(
        id=f"total:{total.id}",
        title=f"{value} · {total.label}" if total.label else value,
        description=local_time(texts, total.created_at, zone),
        input_message_content=InputTextMessageContent(
            message_text=lines(texts, "counter-total", total.value, total.label)
        ),
    )
