"""Routes for faults and rate limits.

| request | does |
|---|---|
| `POST /control/faults` | switches a fault on (`faults.Fault`) and gives its `id` |
| `GET /control/faults` | lists the faults that are on, by their id |
| `DELETE /control/faults/{id}`, `/control/faults` | switches one or all off |
| `POST /control/faults/seed` | seeds the random numbers of faults |
| `GET`, `PUT /control/limits` | gives and sets the rate limits (`rate_limits.Limits`) |
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from aiohttp import web

from telegram_playground.annotated import read_body
from telegram_playground.control_http import Route
from telegram_playground.faults import Fault
from telegram_playground.rate_limits import Limits
from telegram_playground.state import Json
from telegram_playground.telegram import Telegram


@dataclass(kw_only=True)
class Seed:
    """The seed of the faults' random numbers."""

    seed: int


async def _add(telegram: Telegram, request: web.Request) -> Json:
    fault = read_body(Fault, await request.read())
    return {"id": telegram.faults.add(fault)}


async def _list(telegram: Telegram, _request: web.Request) -> Json:
    active = telegram.faults.active
    return {str(number): asdict(fault) for number, fault in active.items()}


async def _clear(telegram: Telegram, _request: web.Request) -> Json:
    telegram.faults.active.clear()
    return {}


async def _remove(telegram: Telegram, request: web.Request) -> Json:
    telegram.faults.remove(int(request.match_info["id"]))
    return {}


async def _seed(telegram: Telegram, request: web.Request) -> Json:
    body = read_body(Seed, await request.read())
    telegram.faults.seed(body.seed)
    return {"seed": body.seed}


async def _show_limits(telegram: Telegram, _request: web.Request) -> Json:
    return asdict(telegram.rate_limits.limits)


async def _set_limits(telegram: Telegram, request: web.Request) -> Json:
    limits = read_body(Limits, await request.read())
    telegram.rate_limits.set(limits)
    return asdict(limits)


ROUTES: Sequence[Route] = (
    Route("POST", "/control/faults", _add),
    Route("GET", "/control/faults", _list),
    Route("DELETE", "/control/faults", _clear),
    Route("DELETE", "/control/faults/{id:[0-9]{1,16}}", _remove),
    Route("POST", "/control/faults/seed", _seed),
    Route("GET", "/control/limits", _show_limits),
    Route("PUT", "/control/limits", _set_limits),
)
"""The routes of this module."""
