"""The playground of a test: it knows which calls of the bot may be refused, and tells its story."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from telegram_playground.local import Playground
from telegram_playground.view import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from telegram_playground import call_log
    from telegram_playground.pytest_plugin.loop_thread import LoopThread
    from telegram_playground.state import Call, Json

MAX_SHOWN = 500
"""Characters of the parameters of a call that a report shows."""


class WatchedPlayground(Playground):
    """A playground that runs in a thread of its own, and can be used from any event loop.

    Args:
        thread: The thread.
        **options: The arguments of `Playground`.

    Attributes:
        thread: The thread.
    """

    def __init__(self, thread: LoopThread, **options: Any) -> None:
        super().__init__(**options)
        self.thread = thread
        self._allowed: set[str] = set()
        self._are_all_allowed = False
        self._expected: set[int] = set()
        self._told: set[int] = set()

    async def request(self, verb: str, path: str, body: Json | None = None) -> Any:  # noqa: ANN401 - JSON of any shape
        """Send a request to the control API; see `Connection.request`."""
        return await self.thread.wait(super().request(verb, path, body))

    def allow(self, markers: Iterable[Sequence[str]]) -> None:
        """Let calls of some methods be refused; a marker without methods allows all."""
        for methods in markers:
            self._allowed.update(method.lower() for method in methods)
            self._are_all_allowed |= not methods

    async def expect_refusal(
        self, method: str | None = None, reason: str = "", *, timeout: float = PATIENCE
    ) -> call_log.Call:
        """Wait until Telegram refuses a call of the bot; this refusal does not fail the test.

        Args:
            method: The method of the call; any if `None`.
            reason: The reason that Telegram gives, or a part of it, such as `chat not found`.
            timeout: Seconds to wait.

        Returns:
            The first such call that was not returned before.

        Raises:
            TimeoutError: If no such call is refused in time; its text shows those that were.
        """

        def is_expected(call: Call) -> bool:
            is_meant = method is None or call.method.lower() == method.lower()
            return is_meant and reason in str(call.error) and call.number not in self._expected

        found = await self._refused(is_expected, timeout)
        if not found:
            others = await self._refused(lambda _: True)
            what = f"{method or 'a call'} was not refused as expected within {timeout} s"
            raise TimeoutError(f"{what}; refused calls:\n{_lines(others) or '(none)'}")
        self._expected.add(found[0].number)
        return (await self.calls(after=found[0].number - 1))[0]

    async def unexpected(self) -> str:
        """List the calls that were refused and may not be; empty if all of them are told."""
        refused = await self._refused(self._is_unexpected)
        self._told.update(call.number for call in refused)
        return _lines(refused)

    async def report(self) -> list[tuple[str, str]]:
        """Tell what the bot and the persons did, as titles and texts; no refused call twice."""
        refused = await self._refused(lambda call: call.number not in self._told)
        self._told.update(call.number for call in refused)
        chats = [await self._transcript(shown) for shown in await self.request("GET", "chats")]
        told = {
            "refused calls": _lines(refused),
            "chats": "\n\n".join(chats),
            "bot": await self._activity(),
        }
        return [(f"Telegram: {title}", text) for title, text in told.items() if text]

    async def _refused(self, wanted: Callable[[Call], bool], seconds: float = 0.0) -> list[Call]:
        return await self.thread.wait(self.server.until_refused(wanted, seconds))

    def _is_unexpected(self, call: Call) -> bool:
        is_allowed = self._are_all_allowed or call.method.lower() in self._allowed
        return not is_allowed and call.number not in self._expected | self._told

    async def _transcript(self, shown: Json) -> str:
        chat = shown["chat"]
        view = self.view(chat["id"])
        await view.refresh()
        name = chat.get("title") or chat.get("first_name")
        return f"{name} ({chat['type']}, {chat['id']}):\n{view.transcript()}"

    async def _activity(self) -> str:
        calls, waiting = await self.calls(), await self.pending()
        if not calls:
            return f"It has called nothing at {self.url} with the token {self.token}"
        latest = f"Its latest call is #{calls[-1].number} {calls[-1].method}"
        return f"{latest}; updates that wait for it: {waiting}"


def _lines(calls: Iterable[Call]) -> str:
    return "\n".join(map(_line, calls))


def _line(call: Call) -> str:
    given = " ".join(f"{name}={value!r}" for name, value in call.params.items())
    shown = given if len(given) <= MAX_SHOWN else f"{given[:MAX_SHOWN]}..."
    return f"#{call.number} {call.method} {shown}: {call.status} {call.error}"
