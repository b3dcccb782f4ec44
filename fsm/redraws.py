"""Windows that are looked at some time after they changed, and drawn again where that is needed."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import NamedTuple
from weakref import WeakValueDictionary

import structlog
from redis.exceptions import RedisError

from fsm.place import Place
from fsm.renderer import Renderer
from fsm.store import AwayError
from fsm.tasks import finish
from fsm.undrawn_index import Mark, Standing, UndrawnIndex
from fsm.undrawn_state import State, chat_of, state_of

PERIOD = 1.0
"""Seconds between two looks."""
REST = 2.0
"""Seconds after the last change of a record when it is looked at."""
AT_ONCE = 20
"""Windows that are drawn again at a time, one of each chat: nobody waits for them, and who
taps is not to wait behind all of them."""
PATIENCE = 10.0
"""Seconds that others wait for one at most, as Telegram may want a chat to be left alone."""

log = structlog.get_logger(__name__)

Redraw = Callable[[str, Place], Awaitable[None]]
"""Draws a record's window as it stands."""


class Stale(NamedTuple):
    """A window that is to be drawn again.

    Attributes:
        record: Its record.
        mark: What this worker knows of it.
        touched: When it was changed last, as the mark said then.
        standing: What stands.
    """

    record: str
    mark: Mark
    touched: float
    standing: Standing

    @property
    def chat(self) -> int | str:
        """The chat, or the inline message, that it stands in."""
        return chat_of(self.record, self.mark)

    @property
    def is_unsent(self) -> bool:
        """Whether it has no message yet."""
        return self.standing.message_id < 0


class Redraws:
    """Takes windows off the list that show what stands, and has the others drawn again.

    Args:
        index: The list in Redis.
        marks: What this worker has on it, by records.
        renderer: Draws in this process.
    """

    def __init__(self, index: UndrawnIndex, marks: dict[str, Mark], renderer: Renderer) -> None:
        self._index = index
        self._marks = marks
        self._renderer = renderer
        self._redrawing: set[str] = set()
        self._jobs: set[asyncio.Task[None]] = set()
        self._places = asyncio.Semaphore(AT_ONCE)
        self._turns: WeakValueDictionary[int | str, asyncio.Lock] = WeakValueDictionary()
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Have a look at once."""
        self._woken.set()

    async def run(self, redraw: Redraw) -> None:
        """Look again and again which windows are drawn, and have the others drawn again."""
        try:
            while True:
                try:
                    for stale in await self._settle():
                        self._redrawing.add(stale.record)
                        self._begin(self._in_turn(stale, redraw))
                except RedisError as error:
                    log.warning("undrawn_unreachable", error=str(error))
                with suppress(TimeoutError):
                    async with asyncio.timeout(PERIOD):
                        await self._woken.wait()
                self._woken.clear()
        finally:
            await finish(self._jobs, within=0)

    async def remove(self, done: Mapping[str, Mark]) -> None:
        """Take records off that were drawn, by their marks of then, unless they changed since."""
        # One that is announced anew from now on has another entry, which stays in any order.
        same = {record: mark for record, mark in done.items() if self._marks.get(record) == mark}
        for record in same:
            del self._marks[record]
        await self._index.take_off(same)

    async def _settle(self) -> list[Stale]:
        """Take off what is drawn; give what is not, or moves."""
        busy, now = self._renderer.pending | self._redrawing, time.monotonic()
        quiet = {
            record: replace(mark)
            for record, mark in self._marks.items()
            if (mark.touched < now - REST or mark.moves_until)
            and mark.patient_until <= now
            and record not in busy
        }
        found = await self._index.standing(quiet)
        states = await asyncio.gather(
            *(
                state_of(record, quiet[record], standing, self._renderer)
                for record, standing in found.items()
            )
        )
        # Without those that were changed again while we asked.
        same = {
            record: state
            for record, state in zip(found, states, strict=True)
            if self._marks.get(record) == quiet[record]
        }
        stale = []
        for record, state in same.items():
            mark, standing = self._marks[record], found[record]
            if state is State.AWAITED:
                mark.patient_until = 2 * now - mark.touched
            elif state is State.STALE and standing:
                stale.append(Stale(record, mark, mark.touched, standing))
            elif standing and standing.version != mark.version:
                self._renderer.forget(chat_of(record, mark), standing.message_id)
        await self.remove({each: quiet[each] for each in same if same[each] is State.DRAWN})
        # What was changed last is what somebody looks at, most likely.
        return sorted(stale, key=lambda each: each.standing.version, reverse=True)

    def _begin(self, job: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(job)
        self._jobs.add(task)
        task.add_done_callback(self._jobs.discard)
        return task

    async def _in_turn(self, stale: Stale, redraw: Redraw) -> None:
        if stale.is_unsent:
            # Whoever has opened it does wait for it.
            await self._redraw(stale, redraw)
            return
        async with self._turns.setdefault(stale.chat, asyncio.Lock()), self._places:
            await asyncio.wait([self._begin(self._redraw(stale, redraw))], timeout=PATIENCE)

    async def _redraw(self, stale: Stale, redraw: Redraw) -> None:
        try:
            # Else a press has come meanwhile, and the next look tells what has become of it.
            if self._marks.get(stale.record) is stale.mark and stale.mark.touched == stale.touched:
                await self._draw(stale, redraw)
        finally:
            self._redrawing.remove(stale.record)

    async def _draw(self, stale: Stale, redraw: Redraw) -> None:
        record, mark, _, standing = stale
        if standing.version != mark.version or not mark.moves_until:
            # Another edit may have come last, of another worker or an earlier try of ours.
            self._renderer.forget(stale.chat, standing.message_id)
        if mark.moves_until < self._index.clock.now():
            mark.moves_until = 0.0
        mark.version, mark.touched = "", time.monotonic()
        try:
            await redraw(record, mark.place)
            await self._renderer.finish(stale.chat, standing.message_id)
        except (RedisError, AwayError):
            return  # it is still to be drawn
        except Exception:
            # Of an older version of the bot, perhaps. The next press will tell.
            log.exception("redraw_failed")
        # Unless a press has come meanwhile, which has drawn what is newer.
        mark.version = mark.version or standing.version
