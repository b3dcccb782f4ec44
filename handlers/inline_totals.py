"""A person's totals as inline results, newest first, page by page."""

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
"""Totals in one answer; Telegram takes at most 50 results (Bot API, answerInlineQuery)."""

OFFSET = re.compile(r"(\d{1,10}):(\d{1,18})")
"""An offset: the time (seconds since 1970) and the id of the last total of the page before."""

log = structlog.get_logger(__name__)


async def find_totals(
    totals: Totals, texts: Texts, zone: tzinfo, person_id: int, offset: str
) -> tuple[list[InlineQueryResultArticle], str]:
    """Read a page of a person's totals.

    Args:
        totals: The totals in the database.
        texts: The texts in the person's language.
        zone: The person's time zone.
        person_id: The person's id.
        offset: The offset that came with the page before, empty for the first page.

    Returns:
        The results, none if the database is away or the offset is malformed; and the offset
        of the next page, empty on the last one.
    """
    match = OFFSET.fullmatch(offset)
    if offset and match is None:
        return [], ""
    at = Cursor("older", int(match[1]), int(match[2])) if match else None
    try:
        page = await totals.page(Filter(user_id=person_id), limit=PAGE, at=at)
    except SQLAlchemyError as error:
        log.warning("totals_not_offered", error=type(error).__name__)
        return [], ""
    if at and page.newer is None:
        # Nothing is older than the cursor, so `page` gave the newest totals again.
        return [], ""
    further = page.older
    results = [_result(texts, zone, total) for total in page.totals]
    return results, f"{further.created_at}:{further.id}" if further else ""


def lines(texts: Texts, key: str, value: int, label: str | None) -> str:
    """Give the text of a counter's message: the name, if it has one, and the last line."""
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
