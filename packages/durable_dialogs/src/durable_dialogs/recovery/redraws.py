"""Windows that are looked at some time after they changed, and drawn again where that is needed."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import NamedTuple

import structlog
from redis.exceptions import RedisError

from durable_dialogs.drawing.foreground import NotDrawnError
from durable_dialogs.drawing.renderer import Renderer
from durable_dialogs.recovery.redraw_checks import State, chat_of, state_of
from durable_dialogs.recovery.redraw_index import PendingRedraw, RedrawIndex, Standing
from durable_dialogs.state.location import Location
from durable_dialogs.state.store import AwayError
from durable_dialogs.tasks import finish, start

PERIOD = 1.0
"""Seconds between two looks."""
REST = 2.0
"""Seconds after the last change of a record when it is looked at."""
PATIENCE = 10.0
"""Seconds that a window waits for another of its chat at most, and for the next look; after
each failure twice as many as before, until it was tried"""
TRIES = 6
"""times."""

log = structlog.get_logger(__name__)

Redraw = Callable[[str, Location], Awaitable[None]]
"""Draws a record's window as it stands."""


class Stale(NamedTuple):
    """A window that is to be drawn again.

    Attributes:
        record: Its record.
        mark: What this worker knows of it.
        standing: What stands.
    """

    record: str
    mark: PendingRedraw
    standing: Standing

    @property
    def chat(self) -> int | str:
        """The chat, or the inline message, that it stands in."""
        return chat_of(self.record, self.mark)

    @property
    def moves(self) -> bool:
        """Whether it shows what stands, but for the time that has passed."""
        return bool(self.mark.moves_until) and self.mark.version == self.standing.version

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

    def __init__(
        self, index: RedrawIndex, marks: dict[str, PendingRedraw], renderer: Renderer
    ) -> None:
        self._index = index
        self._marks = marks
        self._renderer = renderer
        self._redrawing: set[str] = set()
        # The chats of what keeps others waiting, since when.
        self._chats: dict[int | str, float] = {}
        self._newest_first = False
        self._jobs: set[asyncio.Future[None]] = set()
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Have a look at once."""
        self._woken.set()

    async def run(self, redraw: Redraw) -> None:
        """Look again and again which windows are drawn, and have the others drawn again."""
        try:
            while True:
                try:
                    for stale in self._choose(await self._settle()):
                        self._redrawing.add(stale.record)
                        start(self._redraw(stale, redraw), among=self._jobs)
                except RedisError as error:
                    log.warning("undrawn_unreachable", error=str(error))
                with suppress(TimeoutError):
                    async with asyncio.timeout(PERIOD):
                        await self._woken.wait()
                self._woken.clear()
        finally:
            await finish(self._jobs, within=0)

    async def remove(self, done: Mapping[str, PendingRedraw]) -> None:
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
                stale.append(Stale(record, mark, standing))
            if standing and standing.version != mark.version:
                # Another edit may have come last, so that the next press on it is drawn, too.
                self._renderer.forget(chat_of(record, mark), standing.message_id)
        await self.remove({each: quiet[each] for each in same if same[each] is State.DRAWN})
        return stale

    def _choose(self, stale: list[Stale]) -> Iterator[Stale]:
        """Give what is drawn again now: as much as nobody who taps will notice.

        So of each chat one at a time, and of all as many as there is room for; the others
        wait for another look. A window that moves does so while somebody looks on.
        """
        room, now = self._renderer.background_capacity, time.monotonic()
        yield from (each for each in stale if each.moves)
        left = room
        for place, each in enumerate(self._in_order([each for each in stale if not each.moves])):
            is_free = self._chats.get(each.chat, -PATIENCE) <= now - PATIENCE
            if left and (each.is_unsent or is_free):
                left -= 1
                self._chats[each.chat] = now
                yield each
            else:
                each.mark.patient_until = now + min(place / room, PATIENCE)

    def _in_order(self, stale: list[Stale]) -> list[Stale]:
        """Put first what somebody waits for, and then what somebody looks at most likely."""
        # What was changed last; but every other time what waits longest, as ever more may come.
        self._newest_first = not self._newest_first
        by_age = sorted(stale, key=lambda each: each.standing.version, reverse=self._newest_first)
        return sorted(by_age, key=lambda each: not each.is_unsent)

    async def _redraw(self, stale: Stale, redraw: Redraw) -> None:
        mark, standing, moves = stale.mark, stale.standing, stale.moves
        if not moves:
            self._renderer.reset(stale.chat, standing.message_id)
        if mark.moves_until < self._index.clock.now():
            mark.moves_until = 0.0
        mark.version, mark.touched, mark.is_renewed = "", time.monotonic(), False
        try:
            await redraw(stale.record, mark.place)
            # Unless a press has come meanwhile, which has drawn what is newer.
            mark.version = mark.version or standing.version
            await self._renderer.finish(stale.chat, standing.message_id)
        except (RedisError, AwayError):
            pass  # it is still to be drawn
        except NotDrawnError:
            self._try_later(mark, standing)
        except Exception:
            log.exception("redraw_failed")
            self._try_later(mark, standing)
        finally:
            self._redrawing.remove(stale.record)
            if not moves:
                self._chats.pop(stale.chat, None)

    def _try_later(self, mark: PendingRedraw, standing: Standing) -> None:
        mark.tries += 1
        if mark.tries < TRIES:
            mark.patient_until = time.monotonic() + PATIENCE * 2**mark.tries
        else:
            # Of an older version of the bot, perhaps. The next press will tell.
            mark.version = mark.version or standing.version
