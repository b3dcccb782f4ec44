"""What a script can see of the bot: its calls, and the updates for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from telegram_playground import json_text
from telegram_playground.connection import Connection
from telegram_playground.view import PATIENCE

if TYPE_CHECKING:
    from telegram_playground.state import Json


@dataclass(frozen=True, slots=True)
class Call:
    """A Bot API call that the bot made.

    Attributes:
        number: The number of the call, counted from 1.
        time: When the call came in, in seconds since 1970 by the playground's clock.
        method: The method's name as Telegram spells it.
        params: The parameters as they came in. JSON in strings is decoded; a file is replaced by
            its name.
        status: The HTTP status of the answer, or `None` if the call is not answered yet.
        error: The reason of a refusal in Telegram's words, or `None`.
    """

    number: int
    time: float
    method: str
    params: Json
    status: int | None
    error: str | None


class CallLog(Connection):
    """The part of a client that looks at the bot's calls and updates."""

    async def calls(self, method: str | None = None, *, after: int = 0) -> list[Call]:
        """List the bot's calls, oldest first.

        Args:
            method: Only calls of this method; of any if `None`.
            after: Only calls with a higher number.
        """
        return await self._fetch_calls(method, after, 0)

    async def until_called(
        self,
        method: str | None = None,
        *,
        after: int = 0,
        timeout: float = PATIENCE,
    ) -> Call:
        """Wait until the bot makes a call.

        Args:
            method: The method to wait for; any if `None`.
            after: Only calls with a higher number count.
            timeout: Seconds to wait, at most 60.

        Returns:
            The first such call, which may not be answered yet.

        Raises:
            TimeoutError: If the bot makes no such call in time.
        """
        calls = await self._fetch_calls(method, after, timeout)
        if not calls:
            raise TimeoutError(f"the bot did not call {method or 'anything'} within {timeout} s")
        return calls[0]

    async def call_count(self) -> int:
        """Give the number of the latest call, to pass as `after` later; 0 if there is none."""
        return int((await self.request("GET", ""))["calls"])

    async def refusals(self, *, after: int = 0) -> list[Call]:
        """List the calls that the playground refused, as Telegram would have, oldest first.

        Args:
            after: Only calls with a higher number.
        """
        return [call for call in await self.calls(after=after) if call.error is not None]

    async def updates(self) -> list[Json]:
        """List the latest 5,000 updates for the bot, delivered or not, oldest first."""
        return list(await self.request("GET", "updates"))

    async def repeat(self, update_id: int | None = None) -> int:
        """Deliver an update once more, as Telegram does if an acknowledgement gets lost.

        Args:
            update_id: The update; the latest if `None`.

        Returns:
            Its id.

        Raises:
            PlaygroundError: If the update is not among the latest 5,000.
        """
        answer = await self.request("POST", "updates/repeat", {"update_id": update_id})
        return int(answer["update_id"])

    async def pending(self) -> int:
        """Count the updates that the bot has not acknowledged."""
        return int((await self.request("GET", "updates/pending"))["pending"])

    async def until_pending(self, count: int = 0, *, timeout: float = PATIENCE) -> None:
        """Wait until this many updates are not acknowledged.

        Args:
            count: The number of updates; 0 waits until the bot has handled everything.
            timeout: Seconds to wait, at most 60.

        Raises:
            TimeoutError: If the number is another one after that time.
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
    """Decode the JSON objects and arrays in a form's strings."""
    return {
        name: _read(value) if isinstance(value, str) else value for name, value in params.items()
    }


def _read(text: str) -> object:
    if text[:1] not in {"{", "["}:
        return text
    try:
        return json_text.decode(text)
    except ValueError:
        return text
