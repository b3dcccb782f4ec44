"""Checks pending redraws some time after their last change, and draws the stale ones again."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import NamedTuple

import structlog
from redis.exceptions import RedisError

from durable_dialogs.drawing.foreground import NotDrawnError, NotDrawnNowError
from durable_dialogs.drawing.renderer import Renderer
from durable_dialogs.recovery.pending_redraw import PendingRedraw, StoredWindow
from durable_dialogs.recovery.redraw_checks import WindowState, chat_of, state_of
from durable_dialogs.recovery.redraw_index import PAGE, RedrawIndex, in_pages
from durable_dialogs.state.location import Location
from durable_dialogs.state.store import AwayError
from durable_dialogs.tasks import finish, start

PERIOD = 1.0
"""Seconds between two checks."""

PATIENCE = 10.0
"""Seconds that a window waits at most for another window of its chat, and for the next check.
If thousands of windows wait, the next check comes later."""

log = structlog.get_logger(__name__)

DrawAgain = Callable[[str, Location], Awaitable[None]]
"""Draws a record's window again from its stored state."""


class Stale(NamedTuple):
    """A window that must be drawn again.

    Attributes:
        record: The window's record.
        redraw: The pending redraw of this worker.
        stored: What Redis holds.
    """

    record: str
    redraw: PendingRedraw
    stored: StoredWindow

    @property
    def chat(self) -> int | str:
        """The chat of the window, or the id of its inline message."""
        return chat_of(self.record, self.redraw)

    @property
    def is_animation(self) -> bool:
        """Whether the message shows the stored version, and only time has passed since."""
        return self.redraw.is_animation(self.stored)

    @property
    def is_unsent(self) -> bool:
        """Whether the window has no message yet."""
        return self.stored.message_id < 0


class Redraws:
    """Removes pending redraws whose messages have followed, and draws the other windows again.

    Args:
        index: The index in Redis.
        pending: The pending redraws of this worker, by record.
        renderer: The renderer of this process.
    """

    def __init__(
        self, index: RedrawIndex, pending: dict[str, PendingRedraw], renderer: Renderer
    ) -> None:
        self._index = index
        self._pending = pending
        self._renderer = renderer
        self._redrawing: set[str] = set()
        # Since when a redraw in a chat keeps others of that chat waiting.
        self._chats: dict[int | str, float] = {}
        self._newest_first = False
        self._tasks: set[asyncio.Future[None]] = set()
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Check at once."""
        self._woken.set()

    async def run(self, draw_again: DrawAgain) -> None:
        """Check the pending redraws every `PERIOD` seconds, and draw stale windows again."""
        try:
            while True:
                try:
                    checked = [await self._check(page) for page in in_pages(self._due())]
                    for stale in self._choose([stale for page in checked for stale in page]):
                        self._redrawing.add(stale.record)
                        start(self._redraw(stale, draw_again), among=self._tasks)
                except RedisError as error:
                    log.warning("pending_redraws_unavailable", error=str(error))
                with suppress(TimeoutError):
                    async with asyncio.timeout(PERIOD):
                        await self._woken.wait()
                self._woken.clear()
        finally:
            await finish(self._tasks, within=0)

    async def remove(self, done: Mapping[str, PendingRedraw]) -> None:
        """Remove pending redraws, given as they were when checked, unless they changed since."""
        # If one is announced again meanwhile, its new entry stays, because its value differs.
        same = {
            record: redraw for record, redraw in done.items() if self._pending.get(record) == redraw
        }
        for record in same:
            del self._pending[record]
        await self._index.take_off(same)

    def _due(self) -> list[str]:
        """Return the records to check now."""
        busy, now = self._renderer.pending | self._redrawing, time.monotonic()
        return [
            record
            for record, redraw in self._pending.items()
            if redraw.is_due(now) and record not in busy
        ]

    async def _check(self, records: Iterable[str]) -> list[Stale]:
        """Remove the pending redraws that are drawn; return those that are stale or animated."""
        now = time.monotonic()
        # Others may have changed since they were chosen.
        quiet = {
            record: replace(redraw)
            for record in records
            if (redraw := self._pending.get(record)) and redraw.is_due(now)
        }
        found = await self._index.stored_windows(quiet)
        states = await asyncio.gather(
            *(
                state_of(record, quiet[record], stored, self._renderer)
                for record, stored in found.items()
            )
        )
        # Without those that have changed while Redis was asked.
        same = {
            record: state
            for record, state in zip(found, states, strict=True)
            if self._pending.get(record) == quiet[record]
        }
        stale = []
        for record, state in same.items():
            redraw, stored = self._pending[record], found[record]
            if state is WindowState.AWAITED:
                redraw.put_off(2 * now - redraw.changed_at)
            elif state is WindowState.STALE and stored:
                stale.append(Stale(record, redraw, stored))
            if stored and stored.version != redraw.version:
                # Another worker's edit may have come last, so the next press must draw, too.
                self._renderer.forget(chat_of(record, redraw), stored.message_id)
        drawn = {each: quiet[each] for each in same if same[each] is WindowState.DRAWN}
        await self.remove(drawn)
        return stale

    def _choose(self, stale: list[Stale]) -> Iterator[Stale]:
        """Choose what to draw now, so little that people who press don't notice it.

        That is one window a chat, and over all chats as many as the renderer has capacity for.
        The others wait for a later check. All animations are drawn, because people watch them.
        """
        capacity, now = self._renderer.background_capacity, time.monotonic()
        yield from (each for each in stale if each.is_animation)
        left = capacity
        others = self._in_order([each for each in stale if not each.is_animation])
        longest = max(PATIENCE, len(others) / PAGE)
        for position, each in enumerate(others):
            is_free = self._chats.get(each.chat, -PATIENCE) <= now - PATIENCE
            if left and (each.is_unsent or is_free):
                left -= 1
                self._chats[each.chat] = now
                yield each
            else:
                each.redraw.put_off(now + min(position / capacity, longest))

    def _in_order(self, stale: list[Stale]) -> list[Stale]:
        """Sort windows without a message first, then those that people most likely look at."""
        # That is the newest; but every other time the oldest, because new ones may keep coming.
        self._newest_first = not self._newest_first
        by_age = sorted(stale, key=lambda each: each.stored.version, reverse=self._newest_first)
        return sorted(by_age, key=lambda each: not each.is_unsent)

    async def _redraw(self, stale: Stale, draw_again: DrawAgain) -> None:
        redraw, stored, is_animation = stale.redraw, stale.stored, stale.is_animation
        if not is_animation:
            self._renderer.reset(stale.chat, stored.message_id)
        redraw.begin(stored, time.monotonic(), self._index.clock.now())
        try:
            await draw_again(stale.record, redraw.location)
            await self._renderer.finish(stale.chat, stored.message_id)
        except (RedisError, AwayError):
            redraw.interrupted(time.monotonic())
        except NotDrawnNowError:
            redraw.refused(time.monotonic())
        except NotDrawnError:
            redraw.failed(time.monotonic())
        except Exception:
            log.exception("redraw_failed")
            redraw.failed(time.monotonic())
        else:
            self._note_edit(stale)
        finally:
            self._redrawing.remove(stale.record)
            if not is_animation:
                self._chats.pop(stale.chat, None)

    def _note_edit(self, stale: Stale) -> None:
        message = stale.chat, stale.stored.message_id
        if not self._renderer.is_doubtful(*message):
            stale.redraw.drawn()
        elif stale.redraw.unreachable(time.monotonic()):
            self._renderer.reset(*message)
