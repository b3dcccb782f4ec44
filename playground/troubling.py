"""Trouble on demand, over HTTP.

| request | does |
|---|---|
| `POST /control/faults` | switches a fault on (`faults.Fault`) and tells its `id` |
| `GET /control/faults` | lists the faults that are on, by their id |
| `DELETE /control/faults/{id}`, `/control/faults` | switches one or all off |
| `POST /control/faults/seed` | starts the dice anew from a `seed` |
| `GET`, `PUT /control/limits` | tells and sets the rate limits (`rate_limits.Limits`) |
"""

from collections.abc import Iterable

from aiohttp import web
from pydantic import BaseModel

from playground.control_http import Handler, guard
from playground.faults import Fault
from playground.rate_limits import Limits
from playground.state import Json
from playground.telegram import Telegram


class Seed(BaseModel):
    """What the dice start from."""

    seed: int


class Troubling:
    """Answers whoever wants things to go wrong.

    Args:
        telegram: Where.
        hosts: Names beside the loopback ones under which this server may be addressed.
    """

    def __init__(self, telegram: Telegram, hosts: Iterable[str] = ()) -> None:
        self._telegram = telegram
        self._hosts = frozenset(host.lower() for host in hosts)

    def routes(self) -> list[web.RouteDef]:
        """The requests that are understood."""
        table: list[tuple[str, str, Handler]] = [
            ("POST", "/control/faults", self._add),
            ("GET", "/control/faults", self._list),
            ("DELETE", "/control/faults", self._clear),
            ("DELETE", "/control/faults/{id:[0-9]+}", self._remove),
            ("POST", "/control/faults/seed", self._seed),
            ("GET", "/control/limits", self._show_limits),
            ("PUT", "/control/limits", self._set_limits),
        ]
        return [web.route(verb, path, guard(handler, self._hosts)) for verb, path, handler in table]

    async def _add(self, request: web.Request) -> Json:
        fault = Fault.model_validate_json(await request.read())
        return {"id": self._telegram.faults.add(fault)}

    async def _list(self, _request: web.Request) -> Json:
        active = self._telegram.faults.active
        return {str(number): fault.model_dump() for number, fault in active.items()}

    async def _clear(self, _request: web.Request) -> Json:
        self._telegram.faults.active.clear()
        return {}

    async def _remove(self, request: web.Request) -> Json:
        self._telegram.faults.remove(int(request.match_info["id"]))
        return {}

    async def _seed(self, request: web.Request) -> Json:
        body = Seed.model_validate_json(await request.read())
        self._telegram.faults.seed(body.seed)
        return {"seed": body.seed}

    async def _show_limits(self, _request: web.Request) -> Json:
        return self._telegram.rate_limits.limits.model_dump()

    async def _set_limits(self, request: web.Request) -> Json:
        limits = Limits.model_validate_json(await request.read())
        self._telegram.rate_limits.set(limits)
        return limits.model_dump()
