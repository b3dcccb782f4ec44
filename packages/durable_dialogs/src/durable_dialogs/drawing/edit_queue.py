"""A message while something is to be drawn on it: always its latest window, in its turn."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

import structlog
from aiogram.exceptions import TelegramMigrateToChat, TelegramRetryAfter

from durable_dialogs.drawing.edit_permits import EditPermits
from durable_dialogs.drawing.global_rate_limiter import JUMPED, SERVED, GlobalRateLimiter
from durable_dialogs.drawing.message_editor import MessageEditor, same_buttons
from durable_dialogs.drawing.pending_edit import PendingEdit
from durable_dialogs.state.outcome import Drawing, Drawn
from durable_dialogs.tasks import start
from durable_dialogs.telegram.retries import patiently
from durable_dialogs.telemetry import telemetry, update_id
from durable_dialogs.token_bucket import TokenBucket

DAY = 24 * 60 * 60
"""Seconds that a drawing is worth trying, as long as the process lives."""

SOON = 0.5
"""Seconds that a message may take to follow a press without a word."""

ASKING = 0.1
"""Seconds that an answer waits at most for what other workers have drawn to be known."""

OnUpgrade = Callable[[int, int], Awaitable[None]]
"""Is told the id of a group, and that of the supergroup which it is now."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class EditLimits:
    """What a message's drawings wait for.

    Attributes:
        pace: What Telegram bears of the chat.
        line: What it bears of all chats, in which messages come one after the other.
        turns: Gives the turn where several workers share the message.
    """

    pace: TokenBucket
    line: GlobalRateLimiter
    turns: EditPermits


class EditQueue:
    """A message while something is to be drawn on it.

    Args:
        canvas: What draws.
        limits: What its drawings wait for.
        on_upgrade: Is told when the group turns out to be a supergroup of another id by now.
        on_idle: Called when all is drawn; the screen is of no use after that.
    """

    def __init__(
        self,
        canvas: MessageEditor,
        limits: EditLimits,
        on_upgrade: OnUpgrade,
        on_idle: Callable[[], object],
    ) -> None:
        self._canvas = canvas
        self._pace, self._line, self._turns = limits.pace, limits.line, limits.turns
        self._on_upgrade = on_upgrade
        self._on_idle = on_idle
        self._jobs: list[PendingEdit] = []
        self._current: PendingEdit | None = None
        self._late_after = 0.0
        self._is_promised = False
        self._place: float | None = None
        self._turn = 0.0
        self._is_hurried = False
        self._called = asyncio.Event()
        self._asked = asyncio.Event()
        self._task = start(self._run())

    @property
    def records(self) -> set[str]:
        """The records that wait to be drawn here."""
        jobs = [self._current, *self._jobs] if self._current else self._jobs
        return {job.drawing.record for job in jobs}

    def add(self, drawing: Drawing, version: str) -> bool:
        """Have a window drawn after those before it, or in place of the last one that waits.

        Returns:
            Whether that will be soon.
        """
        if self._jobs and (both := self._jobs[-1].then(drawing, version)):
            if not same_buttons(self._jobs[-1].buttons, both.buttons):
                self._turn = 0.0
            self._jobs[-1] = both
            telemetry.edit_done(Drawn.MERGED)
        else:
            self._jobs.append(PendingEdit(drawing, version))
            telemetry.edits_waiting(1)
        pause = self._pause(self._jobs[-1].drawing)
        if not pause:
            self._called.set()
        is_stuck = self._current and asyncio.get_running_loop().time() > self._late_after
        self._is_promised = not is_stuck and pause <= SOON
        return self._is_promised

    async def follows(self) -> bool:
        """Tell whether its next window is drawn soon; in a crew once the others were asked."""
        if self._turns.are_shared and self._jobs and not self._pause(self._jobs[0].drawing):
            with suppress(TimeoutError):
                async with asyncio.timeout(ASKING):
                    await self._asked.wait()
        self._is_promised = not self._jobs or self._pause(self._jobs[0].drawing) <= SOON
        return self._is_promised

    async def finish(self) -> None:
        """Wait until what is to be drawn now is drawn, or given up."""
        if job := self._jobs[-1] if self._jobs else self._current:
            await job.over.wait()

    def wake(self) -> None:
        """Look anew how long there is to wait."""
        self._called.set()

    def _wake_in_line(self) -> bool:
        """Look anew, if it is the line alone that is waited for; tell whether it is."""
        # What is tried again waits for nothing else, see `_wait_again`.
        is_alone = bool(self._current) or not self._pause_here(self._jobs[0].drawing)
        if is_alone:
            self._called.set()
        return is_alone

    def hurry(self) -> asyncio.Future[None]:
        """Have the rest drawn whatever its chat bears; give what is done then."""
        self._is_hurried = True
        self.wake()
        return self._task

    def _pause(self, drawing: Drawing) -> float:
        """Give the seconds that a drawing has to wait for its turn, 0 for none."""
        in_line = 0.0 if self._may_jump(drawing) else self._line.pause(self._place)
        return max(in_line, self._pause_here(drawing))

    def _pause_here(self, drawing: Drawing) -> float:
        """Give the seconds that it has to wait for the sake of its own chat."""
        if self._is_hurried:
            return self._pace.hold
        in_chat = self._pace.hold if self._may_jump(drawing) else self._pace.pause
        return max(in_chat, self._turn - time.monotonic(), 0.0)

    def _may_jump(self, drawing: Drawing) -> bool:
        # Where the buttons change, nobody can go on before they see them.
        return self._canvas.changes_buttons(drawing) and not self._line.hold

    async def _run(self) -> None:
        while self._jobs:
            # It stays in the list while it waits, so that later windows take its place.
            is_wanted = await self._is_next_wanted()
            self._current = job = self._jobs.pop(0)
            drawn = await self._carry_out(job) if is_wanted else Drawn.MERGED
            self._current = None
            job.over.set()
            telemetry.edits_waiting(-1)
            telemetry.edit_done(drawn)
        self._on_idle()

    async def _carry_out(self, job: PendingEdit) -> Drawn:
        self._late_after = asyncio.get_running_loop().time() + SOON
        # The task was begun by another update, of which the log would tell otherwise.
        update_id.set(job.update)
        drawn = None
        try:
            drawn = await patiently(
                partial(self._draw, job),
                within=DAY,
                wanted=partial(self._is_wanted, job),
            )
        except Exception:
            log.exception("drawing_failed")
        if drawn is None:
            await self._canvas.release(job.drawing)
        return drawn or Drawn.DROPPED

    async def _is_next_wanted(self) -> bool:
        """Wait for its turn; tell whether it is wanted then."""
        try:
            return await self._wait_turn()
        except Exception:
            # Out of turn rather than never: all later windows of the message wait behind it.
            log.exception("turn_failed")
            return True

    async def _wait_turn(self) -> bool:
        """Wait until the first drawing may be made; tell whether it is still wanted."""
        while True:
            await self._wait_here()
            job = self._jobs[0]
            pause = await self._canvas.claim(job.drawing, job.version)
            is_free = self._is_hurried or self._canvas.shows(job.drawing, job.version)
            if pause == 0 and not is_free:
                pause = await self._take_turn(job)
            self._asked.set()
            # In the haste of a stop nobody waits for another worker that sends the message.
            is_left = pause is None or (pause > 0 and self._is_hurried)
            if is_left and self._jobs[0] is job:
                self._canvas.leave(job.drawing)
                self._line.leave(self._place or SERVED)
                self._place = None
                return False
            if pause == 0:
                return True
            self._turn = time.monotonic() + (pause or 0)

    async def _take_turn(self, job: PendingEdit) -> float | None:
        """Ask the other workers for the turn; see `EditPermits.take`."""
        return await self._turns.take(
            job.drawing,
            self._canvas.target(job.drawing),
            job.version,
            self._pace,
            changes=self._canvas.changes_buttons(job.drawing),
            # Nobody knows when others can draw.
            may_pass=not self._is_promised,
        )

    async def _wait_here(self) -> None:
        while pause := self._pause(self._jobs[0].drawing):
            if self._place is None:
                pause = self._pause_here(self._jobs[0].drawing)
                if not pause:
                    # Only now, so that nobody is waited for who may not go.
                    self._place = self._line.join(self._wake_in_line)
                    continue
            await self._sleep(pause)
        if self._place is None:
            self._place = self._line.jump()
        elif self._line.pause(self._place):
            # Its buttons change by now. Others shall not wait for a place that nobody needs.
            self._line.leave(self._place)
            self._place = self._line.jump()
        elif self._place not in {SERVED, JUMPED}:
            await self._pass(self._place)

    async def _wait_again(self, job: PendingEdit) -> bool:
        """Wait in line to try once more; tell whether that is still wanted."""
        self._place = self._line.join(self._wake_in_line)
        while self._is_wanted(job) and (pause := self._line.pause(self._place)):
            await self._sleep(pause)
        if not self._is_wanted(job):
            return False
        await self._pass(self._place)
        return True

    async def _pass(self, place: float) -> None:
        self._place = SERVED
        await asyncio.sleep(self._line.serve(place))

    async def _sleep(self, seconds: float) -> None:
        self._called.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._called.wait()

    def _is_wanted(self, job: PendingEdit) -> bool:
        # A message that is still to be sent is sent; its next window is edited in.
        return job.drawing.fresh or not (self._jobs and job.is_covered_by(self._jobs[0]))

    async def _draw(self, job: PendingEdit) -> Drawn:
        # No place is left by a first try, and all may try again at the same time.
        if self._place is None and not await self._wait_again(job):
            return Drawn.MERGED
        place, self._place = self._place, None
        # At once, so that nobody is promised what this takes.
        give_back = self._pace.give_back if self._pace.spend() else lambda: None
        try:
            is_drawn = await self._canvas.draw(job.drawing, job.version)
        except TelegramRetryAfter as error:
            self._pace.hold_back(error.retry_after)
            self._line.refused(job.drawing.chat_id, error.retry_after)
            raise
        except TelegramMigrateToChat as error:
            await self._on_upgrade(int(job.drawing.chat_id), error.migrate_to_chat_id)
            raise
        except Exception:
            give_back()
            raise
        if not is_drawn:
            give_back()
            self._line.leave(place or SERVED)
            return Drawn.UNCHANGED
        self._line.passed()
        return Drawn.SENT if job.drawing.fresh else Drawn.EDITED
