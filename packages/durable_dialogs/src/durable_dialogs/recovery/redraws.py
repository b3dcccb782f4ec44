"""Checks pending redraws some time after their last change, and draws the stale ones again."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import NamedTuple

import structlog
from redis.exceptions import RedisError

from durable_dialogs.drawing.foreground import NotDrawnError, NotDrawnNowError
from durable_dialogs.drawing.renderer import Renderer
from durable_dialogs.recovery.redraw_checks import WindowState, chat_of, state_of
from durable_dialogs.recovery.redraw_index import PendingRedraw, RedrawIndex, StoredWindow
from durable_dialogs.state.location import Location
from durable_dialogs.state.store import AwayError
from durable_dialogs.tasks import finish, start

PERIOD = 1.0
"""Seconds between two checks."""

REST = 2.0
"""Seconds after the last change of a record before it is checked."""

PATIENCE = 10.0
"""Seconds that a window waits at most for another window of its chat, and for the next check.
After each failure to draw it the window waits twice as long as before."""

DOUBLINGS = 5
"""How many times that wait is doubled at most."""

TRIES = 6
"""How many times a window is drawn again whose handlers fail, before it is given up."""

DAY = 24 * 60 * 60
"""Seconds for which a window is drawn again that Telegram can't be reached for."""

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
        return bool(self.redraw.animated_until) and self.redraw.version == self.stored.version

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
                    for stale in self._choose(await self._check()):
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

    async def _check(self) -> list[Stale]:
        """Remove the pending redraws that are drawn; return those that are stale or animated."""
        busy, now = self._renderer.pending | self._redrawing, time.monotonic()
        quiet = {
            record: replace(redraw)
            for record, redraw in self._pending.items()
            if (redraw.changed_at < now - REST or redraw.animated_until)
            and redraw.not_before <= now
            and record not in busy
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
                redraw.not_before = 2 * now - redraw.changed_at
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
        for position, each in enumerate(others):
            is_free = self._chats.get(each.chat, -PATIENCE) <= now - PATIENCE
            if left and (each.is_unsent or is_free):
                left -= 1
                self._chats[each.chat] = now
                yield each
            else:
                each.redraw.not_before = now + min(position / capacity, PATIENCE)

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
        if redraw.animated_until < self._index.clock.now():
            redraw.animated_until = 0.0
        redraw.version, redraw.changed_at, redraw.is_forced = "", time.monotonic(), False
        try:
            await draw_again(stale.record, redraw.location)
            # Unless a press has come meanwhile, which has drawn a newer version.
            redraw.version = redraw.version or stored.version
            await self._renderer.finish(stale.chat, stored.message_id)
            self._note_telegram(stale)
        except (RedisError, AwayError):
            pass  # it stays pending
        except NotDrawnNowError:
            _put_off(redraw, PATIENCE)  # however long the database is away
        except NotDrawnError:
            self._try_later(redraw, stored)
        except Exception:
            log.exception("redraw_failed")
            self._try_later(redraw, stored)
        finally:
            self._redrawing.remove(stale.record)
            if not is_animation:
                self._chats.pop(stale.chat, None)

    def _note_telegram(self, stale: Stale) -> None:
        """Note whether Telegram has made the edit for sure."""
        redraw, message_id = stale.redraw, stale.stored.message_id
        if not self._renderer.is_doubtful(stale.chat, message_id):
            redraw.delays, redraw.unreachable_since = 0, None
            return
        now = time.monotonic()
        redraw.unreachable_since = redraw.unreachable_since or now
        if now - redraw.unreachable_since < DAY:
            _put_off(redraw, REST)
        else:
            # Given up. The next press draws it.
            self._renderer.reset(stale.chat, message_id)

    def _try_later(self, redraw: PendingRedraw, stored: StoredWindow) -> None:
        redraw.failures += 1
        if redraw.failures < TRIES:
            _put_off(redraw, PATIENCE)
        else:
            # Given up: it may be a dialog of an older version. The next press draws it.
            redraw.version = redraw.version or stored.version


def _put_off(redraw: PendingRedraw, pause: float) -> None:
    """Have a window wait until it is drawn again, the longer the more often it had to wait."""
    redraw.delays += 1
    redraw.not_before = time.monotonic() + pause * 2 ** min(redraw.delays, DOUBLINGS)
