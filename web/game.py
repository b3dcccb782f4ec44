"""The game's page, and the endpoint that takes its scores."""

from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from string import Template
from typing import Any

import structlog
from aiogram.types import GameHighScore
from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from durable_dialogs import AwayError
from locales import Catalog, Texts
from signed.seals import ForgedError, StaleError
from signed.tickets import Ticket, Tickets
from web.headers import APP
from web.scores import FASTEST, ROUND, GoneError, ImplausibleError, LaterError, Scores, TakenError

PATH = "/game"
"""Path of the page, below the public address."""

FOLDER = Path(__file__).parent

LIMIT = 2048
"""Largest body of a score request in bytes; real ones have a few hundred."""

STATUSES: dict[type[Exception], int] = {
    ForgedError: web.HTTPForbidden.status_code,
    StaleError: web.HTTPUnauthorized.status_code,
    ImplausibleError: web.HTTPForbidden.status_code,
    TakenError: web.HTTPConflict.status_code,
    GoneError: web.HTTPGone.status_code,
    LaterError: web.HTTPServiceUnavailable.status_code,
    AwayError: web.HTTPServiceUnavailable.status_code,
}
"""HTTP status of each reason to refuse a score; after a 503 the page sends the score again."""

log = structlog.get_logger(__name__)


class Round(BaseModel):
    """What the page sends at the end of a round.

    Attributes:
        ticket: The ticket of the round.
        score: The number of taps.
    """

    model_config = ConfigDict(strict=True, extra="forbid")

    ticket: str
    score: int = Field(ge=0, lt=2**31)


@dataclass(frozen=True, slots=True)
class Game:
    """Serves the page and takes scores.

    Args:
        tickets: Issues and checks tickets.
        scores: Checks scores and sets them at Telegram.
        catalog: The texts.
    """

    tickets: Tickets
    scores: Scores
    catalog: Catalog
    _page: Template = field(
        default_factory=lambda: Template((FOLDER / "game.html").read_text(encoding="utf-8"))
    )

    async def show(self, request: web.Request) -> web.Response:
        """Serve the page in the language of the ticket; without a valid ticket, a notice."""
        status = web.HTTPOk.status_code
        try:
            language = self.tickets.check(request.query.get("ticket", "")).language
        except (ForgedError, StaleError) as error:
            status = STATUSES[type(error)]
            language = request.headers.get("Accept-Language", "").partition(",")[0]
        page = self._fill(self.catalog.speak(language), is_open=status == web.HTTPOk.status_code)
        return web.Response(text=page, content_type="text/html", headers=APP, status=status)

    async def take(self, request: web.Request) -> web.Response:
        """Take a score; answer with the high scores and a ticket for the next round."""
        body = await request.read()
        if len(body) > LIMIT:
            return web.Response(status=web.HTTPRequestEntityTooLarge.status_code)
        try:
            played = Round.model_validate_json(body)
        except ValidationError:
            return web.Response(status=web.HTTPBadRequest.status_code)
        try:
            ticket = self.tickets.check(played.ticket)
            await self.scores.take(ticket, played.score)
        except tuple(STATUSES) as error:
            log.info("score_refused", reason=type(error).__name__)
            return web.Response(status=STATUSES[type(error)])
        best = await self.scores.best(ticket)
        answer = {
            "scores": [_line(ticket, line) for line in best],
            "ticket": self.tickets.issue(ticket.renewed()),
        }
        return web.json_response(answer, headers=APP)

    def _fill(self, texts: Texts, *, is_open: bool) -> str:
        shown = {
            "title": texts("game-name"),
            "say": texts("game-how", seconds=ROUND) if is_open else texts("game-over"),
            "tap": texts("game-tap"),
            "best": texts("game-best"),
            "again": texts("game-again"),
            "saving": texts("game-saving"),
            "saved": texts("game-saved"),
            "taken": texts("game-taken"),
            "over": texts("game-over"),
            "failed": texts("game-failed"),
        }
        return self._page.substitute(
            {name: escape(text) for name, text in shown.items()},
            language=texts.language,
            seconds=ROUND,
            fastest=FASTEST,
            closed="" if is_open else "hidden",
        )


def _line(ticket: Ticket, line: GameHighScore) -> dict[str, Any]:
    return {
        "place": line.position,
        "name": line.user.full_name,
        "score": line.score,
        "own": line.user.id == ticket.user_id,
    }


def add_game(app: web.Application, game: Game) -> None:
    """Add the game's routes to an application."""
    app.router.add_get(PATH, game.show)
    app.router.add_post(f"{PATH}/score", game.take)
    app.router.add_static(PATH, FOLDER / "game")
