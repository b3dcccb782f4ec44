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
from durable_dialogs.recovery.open_windows import OpenWindows
from durable_dialogs.recovery.pending_redraw import PendingRedraw, StoredWindow
from durable_dialogs.recovery.redraw_index import PAGE, RedrawIndex, in_pages
from durable_dialogs.state.keys import inline_message_of
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
        chat: The window's chat, or the id of its inline message.
        message_id: Its message, a placeholder below 0 if it is not sent yet.
    """

    record: str
    redraw: PendingRedraw
    stored: StoredWindow
    chat: int | str
    message_id: int

    @property
    def is_animation(self) -> bool:
        """Whether the message shows the stored version, and only time has passed since."""
        return self.redraw.is_animation(self.stored)

    @property
    def is_unsent(self) -> bool:
        """Whether the window has no message yet."""
        return self.message_id < 0


class Redraws:
    """Removes pending redraws whose messages have followed, and draws the other windows again.

    Args:
        index: The index in Redis.
        pending: The pending redraws of this worker, by record.
        renderer: The renderer of this process.
        windows: Which windows people have open.
    """

    def __init__(
        self,
        index: RedrawIndex,
        pending: dict[str, PendingRedraw],
        renderer: Renderer,
        windows: OpenWindows,
    ) -> None:
        self._index = index
        self._pending = pending
        self._renderer = renderer
        self._windows = windows
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
                    for stale in self._choose(await self._stale()):
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

    async def renew(self, windows: Mapping[str, Location]) -> None:
        """Draw windows again, whether or not their records change; see `PendingRedraws`."""
        for record, location in windows.items():
            self._pending.setdefault(record, PendingRedraw.owed(location)).force()
        await self._index.write({record: self._pending[record] for record in windows})
        self._woken.set()

    async def remove_shown(self, records: Iterable[str]) -> None:
        """Remove those pending redraws of some records whose messages have followed."""
        await self._check(set(records) - self._renderer.pending)

    async def _stale(self) -> list[Stale]:
        """Check what is due; return what must be drawn again."""
        busy, now = self._renderer.pending | self._redrawing, time.monotonic()
        due = [
            record
            for record, redraw in self._pending.items()
            if redraw.is_due(now) and record not in busy
        ]
        stale = []
        for page in in_pages(due):
            # Without those that have changed while earlier pages were checked.
            now = time.monotonic()
            stale += await self._check(
                record
                for record in page
                if record in self._pending and self._pending[record].is_due(now)
            )
        return stale

    async def _check(self, records: Iterable[str]) -> list[Stale]:
        """Remove the pending redraws whose windows are shown; return those that must be drawn.

        Args:
            records: Records without an edit under way, so nothing that this worker draws comes
                after what is read here.
        """
        # Copies, because they may change while Redis is asked.
        before = {each: replace(self._pending[each]) for each in records if each in self._pending}
        found = await self._index.stored_windows(before)
        now, done, handed_on, stale = time.monotonic(), {}, {}, []
        for record, stored in found.items():
            redraw = self._pending.get(record)
            if redraw is None or redraw != before[record]:
                continue
            chat = inline_message_of(record) or redraw.location.chat_id
            if stored is None or self._shows(chat, redraw, stored):
                done[record] = self._pending.pop(record)
            elif redraw.is_overtaken(stored, now):
                continue
            elif stored.message_id is None:
                handed_on[record] = self._pending.pop(record)
            else:
                stale.append(Stale(record, redraw, stored, chat, stored.message_id))
        for record, redraw in handed_on.items():
            await self._renew_successors(record, redraw.location)
        # If one is announced again meanwhile, its new entry stays, because its value differs.
        await self._index.take_off(done | handed_on)
        return stale

    def _shows(self, chat: int | str, redraw: PendingRedraw, stored: StoredWindow) -> bool:
        """Tell whether this worker has surely drawn what Redis holds."""
        message_id = stored.message_id
        is_sure = message_id is None or not self._renderer.is_doubtful(chat, message_id)
        return is_sure and redraw.is_drawn(stored)

    async def _renew_successors(self, record: str, location: Location) -> None:
        """Draw the windows to which another worker has handed on the messages of a window.

        This worker may have drawn the former window after that worker drew the new one.
        """
        if not (messages := self._renderer.showing(record)):
            return
        windows = await self._windows.of(location.user_id)
        found = await self._index.stored_windows(windows)
        successors = {
            other: windows[other]
            for other, stored in found.items()
            if stored and (windows[other].chat_id, stored.message_id) in messages
        }
        await self.renew(successors)

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
            self._renderer.reset(stale.chat, stale.message_id)
        redraw.begin(stored, time.monotonic(), self._index.clock.now())
        try:
            await draw_again(stale.record, redraw.location)
            await self._renderer.finish(stale.chat, stale.message_id)
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
        message = stale.chat, stale.message_id
        if not self._renderer.is_doubtful(*message):
            stale.redraw.drawn()
        elif stale.redraw.unreachable(time.monotonic()):
            self._renderer.reset(*message)
