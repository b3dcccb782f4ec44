"""What a script can see of the bot: its calls, and the updates for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson

from telegram_playground.connection import Connection
from telegram_playground.view import PATIENCE

if TYPE_CHECKING:
    from telegram_playground.state import Json


@dataclass(frozen=True, slots=True)
class Call:
    """A call of the Bot API that the bot made.

    Attributes:
        number: Counts the calls, from 1.
        time: When it came in, in seconds since 1970 by the playground's clock.
        method: Its name as Telegram spells it.
        params: Its parameters as they came in, JSON in strings decoded, of files their names.
        status: The HTTP status of the answer, or `None` if there was none yet.
        error: Why it was refused, in Telegram's words.
    """

    number: int
    time: float
    method: str
    params: Json
    status: int | None
    error: str | None


class CallLog(Connection):
    """The part of a client that looks at what the bot gets and does."""

    async def calls(self, method: str | None = None, *, after: int = 0) -> list[Call]:
        """The calls of the Bot API that the bot made, oldest first.

        Args:
            method: Only those of this method.
            after: Only those after the one of this number.
        """
        return await self._fetch_calls(method, after, 0)

    async def until_called(
        self,
        method: str | None = None,
        *,
        after: int = 0,
        timeout: float = PATIENCE,
    ) -> Call:
        """Wait until the bot makes a call, and give it, answered or not.

        Args:
            method: Which method; any if `None`.
            after: Pass over those up to this number.
            timeout: Seconds to wait.

        Raises:
            TimeoutError: If it does not.
        """
        calls = await self._fetch_calls(method, after, timeout)
        if not calls:
            raise TimeoutError(f"the bot did not call {method or 'anything'} within {timeout} s")
        return calls[0]

    async def call_count(self) -> int:
        """How many calls the bot has made so far, to look at those after it."""
        return int((await self.request("GET", ""))["calls"])

    async def refusals(self, *, after: int = 0) -> list[Call]:
        """The calls that the playground refused, as Telegram would have; those after a number."""
        return [call for call in await self.calls(after=after) if call.error is not None]

    async def updates(self) -> list[Json]:
        """The latest updates for the bot, delivered or not, oldest first."""
        return list(await self.request("GET", "updates"))

    async def repeat(self, update_id: int | None = None) -> int:
        """Deliver an update once more, the latest unless told which, and return its id."""
        answer = await self.request("POST", "updates/repeat", {"update_id": update_id})
        return int(answer["update_id"])

    async def pending(self) -> int:
        """How many updates the bot has not acknowledged."""
        return int((await self.request("GET", "updates/pending"))["pending"])

    async def until_pending(self, count: int = 0, *, timeout: float = PATIENCE) -> None:
        """Wait until so many updates are not acknowledged: with 0, until the bot is done.

        Raises:
            TimeoutError: If there are not after so many seconds.
        """
        answer = await self.request("GET", f"updates/pending?count={count}&wait={timeout}")
        if answer["pending"] != count:
            left = answer["pending"]
            raise TimeoutError(f"{left} updates are pending after {timeout} s, not {count}")

    async def _fetch_calls(self, method: str | None, after: int, wait: float) -> list[Call]:
        wanted = f"&method={method}" if method else ""
        answer = await self.request("GET", f"calls?after={after}&wait={wait}{wanted}")
        return [Call(**{**item, "params": _decoded(item["params"])}) for item in answer]


def _decoded(params: Json) -> Json:
    """Read the JSON objects and arrays in a form's strings."""
    return {
        name: _read(value) if isinstance(value, str) else value for name, value in params.items()
    }


def _read(text: str) -> object:
    if text[:1] not in {"{", "["}:
        return text
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text
