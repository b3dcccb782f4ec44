"""How Tally is, for whoever runs it: whether it lives, whether it is ready, and its figures.

All of it is cheap to answer, however often it is asked, and tells of nobody.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Container, Mapping
from contextlib import suppress
from ipaddress import ip_address
from urllib.parse import urlsplit

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramRetryAfter
from aiogram.methods import GetMe
from aiohttp import hdrs, web
from prometheus_client import CONTENT_TYPE_LATEST

from metrics import READY, exposition

LIVE = "/healthz"
READINESS = "/readyz"
METRICS = "/metrics"

PATIENCE = 2
"""Seconds that a part has to answer."""
FRESH = 1.0
"""Seconds for which what was found is told again: nobody can have Telegram flooded."""

FORWARDED = (hdrs.FORWARDED, hdrs.X_FORWARDED_FOR, hdrs.VIA)
"""What proxies put into requests that they pass on."""

HEADERS = {hdrs.CACHE_CONTROL: "no-store"}

Check = Callable[[], Awaitable[object]]
"""Asks a part for something; fails if that can't be reached."""

log = structlog.get_logger(__name__)


class Health:
    """Answers for the process.

    Args:
        checks: How each part is asked whether it is there, by its name.
        is_stopping: Tells whether the process is about to end.
        public: The names by which the public comes, also where a proxy does not say that it is one.
    """

    def __init__(
        self, checks: Mapping[str, Check], is_stopping: Callable[[], bool], public: Container[str]
    ) -> None:
        self._public = public
        self._checks = checks
        self._is_stopping = is_stopping
        self._turn = asyncio.Lock()
        self._away: list[str] = []
        self._fresh_until = 0.0

    async def live(self, _request: web.Request) -> web.Response:
        """Say that the process lives."""
        return web.Response(text="ok", headers=HEADERS)

    async def ready(self, _request: web.Request) -> web.Response:
        """Say whether everything can be reached, or else what is away."""
        away = await self._find_away()
        status = "stopping" if self._is_stopping() else "away" if away else "ready"
        return web.json_response(
            {"status": status, "away": away},
            status=200 if status == "ready" else web.HTTPServiceUnavailable.status_code,
            headers=HEADERS,
        )

    async def metrics(self, request: web.Request) -> web.Response:
        """Give the figures, but to nobody who comes through a proxy: that is the public.

        Raises:
            HTTPNotFound: Somebody does.
        """
        if any(name in request.headers for name in FORWARDED) or self._is_public(request):
            raise web.HTTPNotFound
        await self._find_away()
        return web.Response(
            # In a thread: it reads the files of all workers.
            body=await asyncio.to_thread(exposition),
            headers={**HEADERS, hdrs.CONTENT_TYPE: CONTENT_TYPE_LATEST},
        )

    def _is_public(self, request: web.Request) -> bool:
        return host_of(f"//{request.headers.get(hdrs.HOST, '')}") in self._public

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
        try:
            async with asyncio.timeout(PATIENCE):
                await self._checks[part]()
        except Exception as error:  # noqa: BLE001 - whatever it is, the part can't be used
            log.warning("not_ready", part=part, error=type(error).__name__)
            answers = False
        READY.labels(part).set(answers)
        return answers


def host_of(address: str) -> str:
    """Give the name in an address, '' where there is none."""
    try:
        return (urlsplit(address).hostname or "").rstrip(".")
    except ValueError:
        return ""


def public_hosts(*addresses: str) -> set[str]:
    """Give the names in public addresses that are known in the internet, not on a machine alone."""
    return {host for host in map(host_of, addresses) if _is_global(host)}


def _is_global(host: str) -> bool:
    with suppress(ValueError):
        return ip_address(host).is_global
    return "." in host


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
    """Have an application tell how Tally is.

    Args:
        app: The application.
        health: What it tells.
    """
    app.router.add_get(LIVE, health.live)
    app.router.add_get(READINESS, health.ready)
    app.router.add_get(METRICS, health.metrics)
