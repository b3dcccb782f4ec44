"""How Tally is, for whoever runs it: whether it lives, whether it is ready, and its figures.

All of it is cheap to answer, however often it is asked, and tells of nobody. The figures are nobody
else's business even so, and have a port of their own: a proxy does not always tell that it passes
on what the public asks (it may add no header, and any `Host`), so at its port nothing tells the
public from Prometheus.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramRetryAfter
from aiogram.methods import GetMe
from aiohttp import hdrs, web
from prometheus_client import CONTENT_TYPE_LATEST

LIVE = "/healthz"
READINESS = "/readyz"
METRICS = "/metrics"

PATIENCE = 2
"""Seconds that a part has to answer."""
FRESH = 1.0
"""Seconds for which what was found is told again: nobody can have Telegram flooded."""

HEADERS = {hdrs.CACHE_CONTROL: "no-store"}

Check = Callable[[], Awaitable[object]]
"""Asks a part for something; fails if that can't be reached."""

log = structlog.get_logger(__name__)


class NotReadyError(Exception):
    """A part can't be used; the text tells the operator why, in one line and without secrets."""


class Health:
    """Answers for the process.

    Args:
        checks: How each part is asked whether it is there, by its name.
        is_stopping: Tells whether the process is about to end.
        figures: Gives all figures in Prometheus' text format; it may read files.
        note: Is told whether a part could be reached, by its name.
    """

    def __init__(
        self,
        checks: Mapping[str, Check],
        is_stopping: Callable[[], bool],
        figures: Callable[[], bytes],
        note: Callable[[str, bool], object],
    ) -> None:
        self._figures = figures
        self._note = note
        self._checks = checks
        self._is_stopping = is_stopping
        self._turn = asyncio.Lock()
        self._away: list[str] = []
        self._why: dict[str, str] = {}
        self._fresh_until = 0.0

    async def live(self, _request: web.Request) -> web.Response:
        """Say that the process lives."""
        return web.Response(text="ok", headers=HEADERS)

    async def ready(self, _request: web.Request) -> web.Response:
        """Say whether everything can be reached, or else what is away."""
        away = await self._find_away()
        status = "stopping" if self._is_stopping() else "away" if away else "ready"
        told: dict[str, object] = {"status": status, "away": away}
        if self._why:
            told["why"] = self._why
        return web.json_response(
            told,
            status=200 if status == "ready" else web.HTTPServiceUnavailable.status_code,
            headers=HEADERS,
        )

    async def metrics(self, _request: web.Request) -> web.Response:
        """Give the figures, of all workers on this machine."""
        await self._find_away()
        return web.Response(
            # In a thread: it reads the files of all workers.
            body=await asyncio.to_thread(self._figures),
            headers={**HEADERS, hdrs.CONTENT_TYPE: CONTENT_TYPE_LATEST},
        )

    async def _find_away(self) -> list[str]:
        """Give what is away; those who ask at once share the answer."""
        async with self._turn:
            if time.monotonic() > self._fresh_until:
                found = await asyncio.gather(*map(self._answers, self._checks))
                self._away = [
                    part for part, answers in zip(self._checks, found, strict=True) if not answers
                ]
                self._fresh_until = time.monotonic() + FRESH
        return self._away

    async def _answers(self, part: str) -> bool:
        answers = True
        self._why.pop(part, None)
        try:
            async with asyncio.timeout(PATIENCE):
                await self._checks[part]()
        except Exception as error:  # noqa: BLE001 - whatever it is, the part can't be used
            if isinstance(error, NotReadyError):
                self._why[part] = str(error)
            why = {"why": self._why[part]} if part in self._why else {}
            log.warning("not_ready", part=part, error=type(error).__name__, **why)
            answers = False
        self._note(part, answers)
        return answers


async def ask_telegram(bot: Bot) -> None:
    """Ask Telegram for something that is always there.

    Raises:
        TelegramAPIError: It can't be reached, or refuses the token.
    """
    try:
        await bot(GetMe(), request_timeout=PATIENCE)
    except TelegramRetryAfter:
        return  # it is there, and wants to be asked less


def add_health(app: web.Application, health: Health) -> None:
    """Have an application tell whether Tally lives and is ready.

    Args:
        app: The application.
        health: What it tells.
    """
    app.router.add_get(LIVE, health.live)
    app.router.add_get(READINESS, health.ready)


def metrics_app(health: Health) -> web.Application:
    """Make the application that gives the figures and nothing else."""
    app = web.Application()
    app.router.add_get(METRICS, health.metrics)
    return app
