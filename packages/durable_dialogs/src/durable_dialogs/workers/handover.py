"""The two ends of a connection on which a worker hands updates over to the owner of their chats."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable

import structlog

from durable_dialogs.tasks import start
from durable_dialogs.workers.registry import SILENCE
from durable_dialogs.workers.wire import Kind, Wire

CarryOut = Callable[[bytes], Awaitable[bytes]]
"""Carries an update out; gets its bytes and returns the body of the response to Telegram."""

PATIENCE = 1.0
"""Seconds that a ping stays unanswered before the owner's updates are carried out elsewhere.

An owner that works answers pings, so a long update is not done twice."""
PING = 0.25
"""Seconds between two pings while an owner has updates to carry out."""
PAUSE = 2.0
"""Seconds for which nothing is handed over to a silent worker, which may only be slow."""

log = structlog.get_logger(__name__)


class Asking(Wire):
    """The end that hands updates over.

    Args:
        key: The key that all workers of the bot know.
        on_away: Called with the seconds for which to hand nothing over to this owner.

    Attributes:
        is_over: Whether the connection has ended.
    """

    def __init__(self, key: bytes, on_away: Callable[[float], object]) -> None:
        super().__init__(key, "asks")
        self._on_away = on_away
        self._numbers = itertools.count(1)
        self._open: dict[int, asyncio.Future[bytes | None]] = {}
        # Looks in a row without a word of the owner. Time would not do: if this process stalls, the
        # owner's words wait here meanwhile, unread.
        self._looks = 0
        self._watch: asyncio.TimerHandle | None = None
        self._is_leaving = False
        self.is_over = False

    async def ask(self, body: bytes) -> bytes | None:
        """Have the owner carry an update out; return the body of the response.

        Returns:
            None if the update is to be carried out elsewhere, because the owner is silent, is about
            to stop, or failed.
        """
        loop, number = asyncio.get_running_loop(), next(self._numbers)
        if self._watch is None:
            self._looks = 0
            self._watch = loop.call_later(PING, self._look)
        answer: asyncio.Future[bytes | None] = loop.create_future()
        self._open[number] = answer
        self.send(Kind.UPDATE, number, body)
        try:
            return await answer
        finally:
            self._open.pop(number, None)

    def received(self, kind: int, number: int, body: bytes) -> None:
        """Take an answer; see `Wire`."""
        if kind == Kind.PONG:
            return
        if kind == Kind.LEAVING and not self._is_leaving:
            self._is_leaving = True
            self._on_away(SILENCE)
        answer = self._open.get(number)
        if answer and not answer.done():
            answer.set_result(body if kind == Kind.DONE else None)

    def _look(self) -> None:
        """Ask whether the owner still runs, and end the connection if it does not say so."""
        self._watch = None
        if not self._open:
            return
        if self.has_heard:
            self.has_heard, self._looks = False, 0
        if self._looks * PING >= PATIENCE:
            self.end(PAUSE if self.is_connected else SILENCE)
            return
        if self._looks == 0:
            # Before the owner has proved itself this waits, and its proof is what it has to say.
            self.send(Kind.PING, 0)
            self.flush()
        self._looks += 1
        self._watch = asyncio.get_running_loop().call_later(PING, self._look)

    def connection_lost(self, _error: Exception | None) -> None:
        """End; see `asyncio.Protocol`."""
        self.end(SILENCE)

    def end(self, pause: float) -> None:
        """End the connection; updates that are under way are carried out elsewhere.

        Args:
            pause: Seconds for which to hand nothing over to this owner.
        """
        if self.is_over:
            return
        self.is_over = True
        if self._watch:
            self._watch.cancel()
        if pause:
            self._on_away(pause)
        for answer in self._open.values():
            if not answer.done():
                answer.set_result(None)
        self.drop()


class Serving(Wire):
    """The end that carries updates out.

    Args:
        key: The key that all workers of the bot know.
        carry_out: Carries an update out.
        tasks: Holds what is under way.
        on_end: Called when the connection has ended.

    Attributes:
        is_leaving: Whether this worker is about to stop, and so takes no more updates.
    """

    def __init__(
        self,
        key: bytes,
        carry_out: CarryOut,
        tasks: set[asyncio.Future[None]],
        on_end: Callable[["Serving"], object],
    ) -> None:
        super().__init__(key, "serves")
        self._carry_out = carry_out
        self._tasks = tasks
        self._on_end = on_end
        self.is_leaving = False

    def connection_lost(self, _error: Exception | None) -> None:
        """Forget the connection; see `asyncio.Protocol`."""
        self._on_end(self)

    def received(self, kind: int, number: int, body: bytes) -> None:
        """Take an update or a ping; see `Wire`."""
        if kind == Kind.PING:
            self.send(Kind.PONG, number)
        elif kind == Kind.UPDATE and self.is_leaving:
            self.send(Kind.LEAVING, number)
        elif kind == Kind.UPDATE:
            start(self._serve(number, body), among=self._tasks)

    async def _serve(self, number: int, body: bytes) -> None:
        try:
            answer = await self._carry_out(body)
        except Exception:
            log.exception("update_failed")
            self.send(Kind.FAILED, number)
        else:
            self.send(Kind.DONE, number, answer)
