"""The Mini App of totals: its page and its API.

| request | answer |
|---|---|
| `GET /totals` | the page |
| `GET /totals/api/start` | the texts, and the options of the filters |
| `GET /totals/api/overview` | summary, chart and names, filtered by a `Wish` |
| `GET /totals/api/list` | a part of the list, filtered by a `ListWish` |

Answers are JSON. A refusal has `error`, a word for programs, and `text`, for the person.
"""

from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta, tzinfo
from functools import partial
from html import escape
from http import HTTPStatus
from pathlib import Path
from string import Template
from typing import Any, TypeVar

import orjson
import structlog
from aiohttp import hdrs, web
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from db.days import day_of
from db.filters import UNLABELLED, Filter
from db.models import Total
from db.summaries import Summaries, Summary
from db.totals import Totals
from locales import Catalog, Texts
from people.chat_names import ChatNames
from people.preferences import People, zone_of
from signed.deep_links import PayloadError, TotalsLink, decode
from web.headers import APP
from web.totals_chart import Bar, bars, unit_of
from web.totals_query import ListWish, Wish
from web.totals_texts import KINDS, REASONS, TEXTS
from web.viewers import RefusedError, Viewer, Viewers

PATH = "/totals"
"""Path of the page, below the public address."""

FOLDER = Path(__file__).parent

CHOICES = 100
"""Number of names in the filter, most recently used first."""
SHOWN = 12
"""Number of names in the chart, those with the most totals."""
CHATS = 20
"""Number of groups in the filter, most recently used first."""

Json = dict[str, Any]
Asked = TypeVar("Asked", bound=Wish)
Answer = Callable[[web.Request, Viewer, Texts], Awaitable[Json]]

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class TotalsPage:
    """Serves the page and its API; each person gets their own totals only.

    Attributes:
        catalog: The texts.
        people: Preferences: language and time zone.
        viewers: Finds out who sends a request.
        totals: Totals in the database.
        summaries: Sums over them.
        names: Titles of groups.
    """

    catalog: Catalog
    people: People
    viewers: Viewers
    totals: Totals
    summaries: Summaries
    names: ChatNames
    _page: Template = field(
        default_factory=lambda: Template((FOLDER / "totals.html").read_text(encoding="utf-8"))
    )

    async def show(self, request: web.Request) -> web.Response:
        """Serve the page, the same for everybody; its texts come with the first API answer."""
        texts = self._browsers(request)
        shown = {key: escape(texts(f"page-{key}")) for key in ("title", "unreachable", "again")}
        page = self._page.substitute(shown, language=texts.language)
        return web.Response(text=page, content_type="text/html", headers=APP)

    async def answer(self, give: Answer, request: web.Request) -> web.Response:
        """Answer an API request: find out who asks, or refuse.

        Args:
            give: Makes the answer for that person.
            request: The request.
        """
        texts = self._browsers(request)
        try:
            viewer = self.viewers.recognise(request.headers.get(hdrs.AUTHORIZATION, ""))
            chosen = await self.people.preferences(viewer.id)
            language = chosen.chosen_language or viewer.language
            viewer = replace(viewer, language=language, zone=zone_of(chosen))
            texts = self.catalog.speak(language)
            return _json(await give(request, viewer, texts))
        except RefusedError as error:
            return _refusal(texts, error.status, error.reason)
        except SQLAlchemyError as error:
            log.warning("database_away", error=type(error).__name__)
            return _refusal(texts, HTTPStatus.SERVICE_UNAVAILABLE, "away")

    def _browsers(self, request: web.Request) -> Texts:
        """Give the texts in the browser's language, used until the person is known."""
        first, _, _ = request.headers.get(hdrs.ACCEPT_LANGUAGE, "").partition(",")
        return self.catalog.speak(first)

    async def start(self, request: web.Request, viewer: Viewer, texts: Texts) -> Json:
        """Answer with the texts and the options of the filters."""
        _read(Wish, request)
        mine = Filter(user_id=viewer.id)
        labels = await self.summaries.by_label(mine, limit=CHOICES, latest_first=True)
        places = await self.summaries.by_chat(mine, limit=CHATS + 2, latest_first=True)
        groups = [place.chat_id for place in places if place.chat_id not in {None, viewer.id}]
        titles = await self.names.find(chat for chat in groups[:CHATS] if chat is not None)
        own = {viewer.id: texts("page-chat-own")}
        chats = {
            **own,
            **{chat: title or texts("page-some-chat") for chat, title in titles.items()},
        }
        return {
            "language": texts.language,
            "person": str(viewer.id),
            "today": day_of(datetime.now(UTC), viewer.zone),
            "zone": str(viewer.zone),
            "link": _link(viewer),
            "texts": {
                **{key.removeprefix("page-"): texts(key) for key in TEXTS},
                "zone": texts("page-zone", zone=texts.city(str(viewer.zone))),
            },
            "labels": [label.label or UNLABELLED for label in labels],
            "kinds": [{"id": kind, "name": texts(key)} for kind, key in KINDS.items()],
            "chats": [{"id": str(chat), "name": name} for chat, name in chats.items()],
        }

    async def overview(self, request: web.Request, viewer: Viewer, texts: Texts) -> Json:
        """Answer with summary, chart and names."""
        wish, zone = _read(Wish, request), viewer.zone
        wanted, now = wish.filter(viewer.id, zone), datetime.now(UTC)
        ever = wish.model_copy(update={"since": None, "until": None}).filter(viewer.id, zone)
        recent = await self.summaries.summary(ever, zone, now=now)
        summary = recent if wanted == ever else await self.summaries.summary(wanted, zone, now=now)
        days = await self.summaries.by_day(wanted, zone)
        made = bars(days, wish.since, wish.until, day_of(now, zone))
        labels = await self.summaries.by_label(wanted, limit=SHOWN)
        return {
            "summary": _summary(summary, texts),
            "recent": {
                "today": recent.today.sum,
                "week": recent.week.sum,
                "count": recent.count,
                "streak": texts("page-days", count=recent.streak),
            },
            "unit": unit_of(made[0].since, made[-1].until) if made else "day",
            "bars": [_bar(bar, texts) for bar in made],
            "labels": [
                {
                    "label": label.label or UNLABELLED,
                    "sum": label.sum,
                    "totals": texts("page-totals", count=label.count),
                }
                for label in labels
            ],
        }

    async def list(self, request: web.Request, viewer: Viewer, _: Texts) -> Json:
        """Answer with a part of the list, newest first."""
        wish = _read(ListWish, request)
        page = await self.totals.page(
            wish.filter(viewer.id, viewer.zone), limit=wish.limit, at=wish.cursor
        )
        if wish.cursor and page.newer is None:
            # Nothing is older than the cursor, so `page` gave the newest totals again.
            return {"totals": [], "next": None}
        following = page.older and f"{page.older.created_at}.{page.older.id}"
        return {"totals": [_total(total, viewer.zone) for total in page.totals], "next": following}


def _link(viewer: Viewer) -> Json:
    """Give the filter of the link that has opened the page; empty if it was another link."""
    try:
        link = decode(viewer.payload)
    except PayloadError:
        return {}
    if not isinstance(link, TotalsLink):
        return {}
    today = day_of(datetime.now(UTC), viewer.zone)
    since = today - timedelta(days=link.days - 1) if link.days else None
    return {"label": link.label, "kind": link.kind, "since": since}


def _read(wish: type[Asked], request: web.Request) -> Asked:
    if len(set(request.query)) < len(request.query):
        raise RefusedError(HTTPStatus.BAD_REQUEST, "wrong")
    try:
        return wish.model_validate(dict(request.query))
    except ValidationError:
        raise RefusedError(HTTPStatus.BAD_REQUEST, "wrong") from None


def _summary(summary: Summary, texts: Texts) -> Json:
    return {
        "count": summary.count,
        "totals": texts("page-totals", count=summary.count),
        "sum": summary.sum,
        "mean": summary.mean,
        "smallest": summary.smallest,
        "largest": summary.largest,
    }


def _bar(bar: Bar, texts: Texts) -> Json:
    return {**asdict(bar), "totals": texts("page-totals", count=bar.count)}


def _total(total: Total, zone: tzinfo) -> Json:
    return {
        "id": total.id,
        "value": total.value,
        "label": total.label,
        "kind": total.kind,
        # As text, because a JavaScript number holds only 53 bits.
        "chat": None if total.chat_id is None else str(total.chat_id),
        "day": day_of(total.created_at, zone),
        "time": total.created_at,
    }


def _json(content: Json, status: HTTPStatus = HTTPStatus.OK) -> web.Response:
    body = orjson.dumps(content)
    return web.Response(body=body, content_type="application/json", headers=APP, status=status)


def _refusal(texts: Texts, status: HTTPStatus, reason: str) -> web.Response:
    return _json({"error": reason, "text": texts(REASONS[reason])}, status)


def add_totals_page(app: web.Application, page: TotalsPage) -> None:
    """Add the routes of the page and its API."""
    app.router.add_get(PATH, page.show)
    for name, give in (("start", page.start), ("overview", page.overview), ("list", page.list)):
        app.router.add_get(f"{PATH}/api/{name}", partial(page.answer, give))
    app.router.add_static(PATH, FOLDER / "page" / "totals")
