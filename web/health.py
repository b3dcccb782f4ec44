"""Liveness, readiness and metrics, for the operator.

Answers are cheap and contain no personal data. Metrics have a port of their own because they are
not for the public: a reverse proxy may add no header and pass on any `Host`, so on the port behind
it Tally could not tell the public from Prometheus.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

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
"""Seconds that each part has to answer."""
FRESH = 1.0
"""Seconds that the result of the checks is cached, so that requests can't flood Telegram."""

HEADERS = {hdrs.CACHE_CONTROL: "no-store"}

Check = Callable[[], Awaitable[object]]
"""Checks one part; raises if that part can't be used."""

log = structlog.get_logger(__name__)


class Note(Protocol):
    """Gets the name of a part, and whether its check succeeded."""

    def __call__(self, part: str, *, is_ready: bool) -> object:
        """Take the result of a check."""


class NotReadyError(Exception):
    """A part can't be used; the text says why, in one line without secrets, for the operator."""


class Health:
    """Answers the health and metrics requests of a worker.

    Args:
        checks: The check of each part, by the part's name.
        is_stopping: Tells whether the worker is about to end.
        exposition: Gives all metrics in Prometheus' text format; it may read files.
        note: Gets the result of each check.
    """

    def __init__(
        self,
        checks: Mapping[str, Check],
        is_stopping: Callable[[], bool],
        exposition: Callable[[], bytes],
        note: Note,
    ) -> None:
        self._exposition = exposition
        self._note = note
        self._checks = checks
        self._is_stopping = is_stopping
        self._lock = asyncio.Lock()
        self._away: list[str] = []
        self._why: dict[str, str] = {}
        self._fresh_until = 0.0

    async def live(self, _request: web.Request) -> web.Response:
        """Answer that the worker is alive."""
        return web.Response(text="ok", headers=HEADERS)

    async def ready(self, _request: web.Request) -> web.Response:
        """Answer whether all parts can be used, and which can't."""
        away = await self._find_away()
        status = "stopping" if self._is_stopping() else "away" if away else "ready"
        content: dict[str, object] = {"status": status, "away": away}
        if self._why:
            content["why"] = self._why
        return web.json_response(
            content,
            status=200 if status == "ready" else web.HTTPServiceUnavailable.status_code,
            headers=HEADERS,
        )

    async def metrics(self, _request: web.Request) -> web.Response:
        """Answer with the metrics of all workers on this machine."""
        await self._find_away()
        return web.Response(
            # In a thread, because it reads the files of all workers.
            body=await asyncio.to_thread(self._exposition),
            headers={**HEADERS, hdrs.CONTENT_TYPE: CONTENT_TYPE_LATEST},
        )

    async def _find_away(self) -> list[str]:
        """Give the names of the parts that can't be used; concurrent requests share the checks."""
        async with self._lock:
            if time.monotonic() > self._fresh_until:
                jobs = map(_ask, self._checks.values())
                errors = await asyncio.gather(*jobs, return_exceptions=True)
                self._note_all(dict(zip(self._checks, errors, strict=True)))
                self._fresh_until = time.monotonic() + FRESH
        return self._away

    def _note_all(self, found: Mapping[str, BaseException | None]) -> None:
        """Note the result of each check; any error means that the part can't be used."""
        self._away = [part for part, error in found.items() if error]
        self._why = {
            part: str(error) for part, error in found.items() if isinstance(error, NotReadyError)
        }
        for part, error in found.items():
            self._note(part, is_ready=error is None)
            if error:
                why = {"why": self._why[part]} if part in self._why else {}
                log.warning("not_ready", part=part, error=type(error).__name__, **why)


async def _ask(check: Check) -> None:
    async with asyncio.timeout(PATIENCE):
        await check()


async def ask_telegram(bot: Bot) -> None:
    """Check that Telegram answers.

    Raises:
        TelegramAPIError: It can't be reached, or refuses the token.
    """
    try:
        await bot(GetMe(), request_timeout=PATIENCE)
    except TelegramRetryAfter:
        return  # Telegram is there and only asks for fewer requests


def add_health(app: web.Application, health: Health) -> None:
    """Add the routes for liveness and readiness.

    Args:
        app: The application.
        health: Answers the requests.
    """
    app.router.add_get(LIVE, health.live)
    app.router.add_get(READINESS, health.ready)


def metrics_app(health: Health) -> web.Application:
    """Make the application that serves the metrics and nothing else."""
    app = web.Application()
    app.router.add_get(METRICS, health.metrics)
    return app
