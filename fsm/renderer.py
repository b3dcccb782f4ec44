"""Draws what was committed: one task a message at a time, always its latest window."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramMigrateToChat, TelegramRetryAfter
from cachetools import LRUCache

from fsm.calls import patiently
from fsm.canvas import REMEMBERED, Canvas, message_name
from fsm.outcome import Drawing
from fsm.pace import Pace
from fsm.store import DialogStore
from fsm.tasks import finish

DAY = 24 * 60 * 60
"""Seconds that a drawing is worth trying, as long as the process lives."""

PERSON_PACE = partial(Pace, burst=4, rate=1)
"""About 1 request a second in one chat, while short bursts pass (Bot FAQ, "My bot is
hitting limits, how do I avoid this?")."""
GROUP_PACE = partial(Pace, burst=5, rate=1 / 4)
"""At most 20 a minute in one group (likewise): 5 at once, and 15 in the rest of the minute."""
WHOLE_PACE = partial(Pace, burst=30, rate=30)
"""About 30 a second over all chats (likewise)."""

SOON = 0.5
"""Seconds that a message may take to follow a press without a word."""

OnUpgrade = Callable[[int, int], Awaitable[None]]
"""Is told the id of a group, and that of the supergroup which it is now."""

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Job:
    """A drawing that waits its turn.

    Attributes:
        drawing: The latest of those that it stands for.
        version: The version of its record that it shows.
    """

    drawing: Drawing
    version: str


class Renderer:
    """Draws the windows of all stacks.

    Args:
        bot: Whose messages they are.
        store: Where the message of a stack is noted.
        on_upgrade: Is told when a group turns out to be a supergroup of another id by now.
    """

    def __init__(self, bot: Bot, store: DialogStore, on_upgrade: OnUpgrade) -> None:
        self._canvas = Canvas(bot, store)
        self._on_upgrade = on_upgrade
        self._screens: dict[str, Screen] = {}
        self._paces: MutableMapping[int | str, Pace] = LRUCache(REMEMBERED)
        self._pace = WHOLE_PACE()

    def add(self, drawing: Drawing, version: str) -> bool:
        """Have a window drawn as soon as Telegram lets it, or a later one in its place.

        A message that shows just that already, as far as this process knows, is
        left alone: Telegram refuses an edit that changes nothing.

        Args:
            drawing: What is to be drawn.
            version: The version of the record that it shows.

        Returns:
            Whether the message will follow soon.
        """
        # By the message, not by the stack: stacks hand a message on to each other.
        key = message_name(drawing.chat_id, drawing.target)
        if key not in self._screens:
            paces = (self._pace_of(drawing.chat_id), self._pace)
            self._screens[key] = Screen(
                self._canvas, paces, self._on_upgrade, lambda: self._screens.pop(key)
            )
        return self._screens[key].add(drawing, version)

    def forget(self, record: str) -> None:
        """Forget what was drawn of a record: others may have drawn on its message since."""
        self._canvas.forget(record)

    @property
    def pending(self) -> set[str]:
        """The records that wait to be drawn."""
        return {record for screen in self._screens.values() for record in screen.records}

    async def close(self, within: float) -> None:
        """Finish what is being drawn, for at most `within` seconds."""
        await finish([screen.hurry() for screen in self._screens.values()], within)

    def _pace_of(self, chat_id: int | str) -> Pace:
        if chat_id not in self._paces:
            # Of an inline message nobody knows the chat; it may be a group.
            is_private = isinstance(chat_id, int) and chat_id > 0
            self._paces[chat_id] = PERSON_PACE() if is_private else GROUP_PACE()
        return self._paces[chat_id]


class Screen:
    """A message while something is to be drawn on it.

    Args:
        canvas: What draws.
        paces: What Telegram bears, of the chat and of all.
        on_upgrade: Is told when the group turns out to be a supergroup of another id by now.
        on_idle: Called when all is drawn; the screen is of no use after that.
    """

    def __init__(
        self,
        canvas: Canvas,
        paces: tuple[Pace, ...],
        on_upgrade: OnUpgrade,
        on_idle: Callable[[], object],
    ) -> None:
        self._canvas = canvas
        self._paces = paces
        self._on_upgrade = on_upgrade
        self._on_idle = on_idle
        self._jobs: list[Job] = []
        self._current: Job | None = None
        self._late_after = 0.0
        self._hurried = asyncio.Event()
        self._task = asyncio.create_task(self._run())

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
        if self._jobs and (merged := _merge(self._jobs[-1].drawing, drawing)):
            self._jobs[-1] = Job(merged, version)
        else:
            self._jobs.append(Job(drawing, version))
        is_stuck = self._current and asyncio.get_running_loop().time() > self._late_after
        return not is_stuck and self._pause(self._jobs[-1].drawing) <= SOON

    def hurry(self) -> asyncio.Task[None]:
        """Have the rest drawn at once, whatever Telegram bears; give what is done then."""
        self._hurried.set()
        return self._task

    def _pause(self, drawing: Drawing) -> float:
        pause = max(pace.pause for pace in self._paces)
        if pause and not self._canvas.only_text_changes(drawing):
            # Where the buttons change, nobody can go on before they see them.
            pause = max(pace.hold for pace in self._paces)
        return pause

    async def _run(self) -> None:
        while self._jobs:
            # It stays in the list while it waits, so that later windows take its place.
            await self._wait_turn()
            self._current = job = self._jobs.pop(0)
            self._late_after = asyncio.get_running_loop().time() + SOON
            try:
                await patiently(
                    partial(self._draw, job),
                    within=DAY,
                    wanted=partial(self._is_wanted, job.drawing),
                )
            except Exception:
                log.exception("drawing_failed")
            self._current = None
        self._on_idle()

    async def _wait_turn(self) -> None:
        while (pause := self._pause(self._jobs[0].drawing)) and not self._hurried.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._hurried.wait(), pause)

    def _is_wanted(self, drawing: Drawing) -> bool:
        # A message that is still to be sent is sent; its next window is edited in.
        return drawing.fresh or not self._jobs or _merge(drawing, self._jobs[0].drawing) is None

    async def _draw(self, job: Job) -> None:
        try:
            if await self._canvas.draw(job.drawing, job.version):
                for pace in self._paces:
                    pace.spend()
        except TelegramRetryAfter as error:
            self._paces[0].hold_back(error.retry_after)
            raise
        except TelegramMigrateToChat as error:
            await self._on_upgrade(int(job.drawing.chat_id), error.migrate_to_chat_id)
            raise


def _merge(first: Drawing, then: Drawing) -> Drawing | None:
    """Give the one drawing that does for both, None where each must be drawn."""
    if then.fresh or first.content is None or then.content is None:
        return None
    return replace(first, content=then.content)
