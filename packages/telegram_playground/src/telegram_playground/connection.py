"""The way to a playground's control API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import orjson
from aiohttp import ClientSession, ClientTimeout, TCPConnector

from telegram_playground.view import PlaygroundError

if TYPE_CHECKING:
    from telegram_playground.state import Json

REQUEST_TIMEOUT = 90
"""Seconds after which a request is given up; longer than any wait that is asked for."""


class Connection:
    """Asks a playground that runs anywhere.

    Args:
        url: Its address.

    Attributes:
        url: The same.
    """

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self._session: ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = ClientSession(
            connector=TCPConnector(limit=0), timeout=ClientTimeout(total=REQUEST_TIMEOUT)
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def request(self, verb: str, path: str, body: Json | None = None) -> Any:  # noqa: ANN401 - any JSON
        """Ask the control API.

        Args:
            verb: The HTTP method.
            path: What comes after `/control/`.
            body: What to send as JSON.

        Raises:
            PlaygroundError: If it refuses.
        """
        if self._session is None:
            raise PlaygroundError("the client is not connected: use `async with`")
        url = f"{self.url}/control/{path}".rstrip("/")
        data = None if body is None else orjson.dumps(body)
        headers = {"Content-Type": "application/json"} if data else None
        async with self._session.request(verb, url, data=data, headers=headers) as response:
            answer = await response.read()
            if response.content_type != "application/json":
                raise PlaygroundError(answer.decode(errors="replace"), response.status)
            content = orjson.loads(answer)
            if not response.ok:
                raise PlaygroundError(content["error"], response.status)
            return content
