"""Draws what was committed: one task a message at a time, always its latest window."""

import asyncio
from collections.abc import Callable, MutableMapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial

import structlog
from aiogram import Bot
from aiogram_dialog.api.entities import NewMessage, OldMessage
from aiogram_dialog.manager.message_manager import MessageManager
from cachetools import LRUCache
from redis.exceptions import RedisError

from fsm.calls import patiently
from fsm.store import DialogStore
from fsm.transaction import Drawing

REMEMBERED = 10_000
"""Messages that a process remembers."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Memory:
    """What a process remembers of the messages that it has drawn on last.

    Attributes:
        shown: The record and the version of it that a message shows.
        arrived: The message that came of one that was awaited.
    """

    shown: MutableMapping[str, tuple[str, str]] = field(
        default_factory=lambda: LRUCache(REMEMBERED)
    )
    arrived: MutableMapping[str, int] = field(default_factory=lambda: LRUCache(REMEMBERED))


@dataclass(slots=True)
class Job:
    """A drawing that waits its turn.

    Attributes:
        drawing: The latest of those that it stands for.
        version: The version of its record that it shows.
        drawn: Done when the drawing, or a later one in its place, was drawn or given up.
    """

    drawing: Drawing
    version: str
    drawn: asyncio.Future[None] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


class Renderer:
    """Draws the windows of all stacks.

    Args:
        bot: Whose messages they are.
        store: Where the message of a stack is noted.
    """

    def __init__(self, bot: Bot, store: DialogStore) -> None:
        self._bot = bot
        self._store = store
        self._screens: dict[str, Screen] = {}
        self._memory = Memory()

    def add(self, drawing: Drawing, version: str) -> asyncio.Future[None]:
        """Have a window drawn as soon as Telegram lets it, or a later one in its place.

        A message that shows that version already, as far as this process knows,
        is left alone: Telegram refuses an edit that changes nothing.

        Args:
            drawing: What is to be drawn.
            version: The version of the record that it shows.

        Returns:
            What is done when it was drawn or given up.
        """
        # By the message, not by the stack: stacks hand a message on to each other.
        key = _name(drawing.chat_id, drawing.target)
        if key not in self._screens:
            screen = Screen(self._bot, self._store, self._memory, lambda: self._screens.pop(key))
            self._screens[key] = screen
        return self._screens[key].add(drawing, version)

    async def close(self, within: float) -> None:
        """Finish what is being drawn, for at most `within` seconds."""
        tasks = [screen.task for screen in self._screens.values()]
        if not tasks:
            return
        _, late = await asyncio.wait(tasks, timeout=within)
        for task in late:
            task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*late)


class Screen:
    """A message while something is to be drawn on it.

    Args:
        bot: Whose message it is.
        store: Where the message is noted.
        memory: What was drawn before.
        on_idle: Called when all is drawn; the screen is of no use after that.
    """

    def __init__(
        self,
        bot: Bot,
        store: DialogStore,
        memory: Memory,
        on_idle: Callable[[], object],
    ) -> None:
        self._bot = bot
        self._store = store
        self._memory = memory
        self._on_idle = on_idle
        self._messages = MessageManager()
        self._jobs: list[Job] = []
        self.task = asyncio.create_task(self._run())

    def add(self, drawing: Drawing, version: str) -> asyncio.Future[None]:
        """Have a window drawn after those before it, or in place of the last one that waits.

        Returns:
            What is done when it was drawn.
        """
        if self._jobs and (merged := _merge(self._jobs[-1].drawing, drawing)):
            self._jobs[-1].drawing, self._jobs[-1].version = merged, version
        else:
            self._jobs.append(Job(drawing, version))
        return self._jobs[-1].drawn

    async def _run(self) -> None:
        while self._jobs:
            job = self._jobs.pop(0)
            try:
                await patiently(
                    partial(self._draw, job), wanted=partial(self._is_wanted, job.drawing)
                )
            except Exception:
                log.exception("drawing_failed")
            finally:
                if not job.drawn.done():
                    job.drawn.set_result(None)
        self._on_idle()

    def _is_wanted(self, drawing: Drawing) -> bool:
        # A message that is still to be sent is sent; its next window is edited in.
        return drawing.fresh or not self._jobs or _merge(drawing, self._jobs[0].drawing) is None

    async def _draw(self, job: Job) -> None:
        drawing, shows = job.drawing, (job.drawing.record, job.version)
        target = drawing.target
        if target < 0:
            target = self._memory.arrived.get(_name(drawing.chat_id, target), 0)
        name = _name(drawing.chat_id, target)
        if drawing.content is None:
            self._memory.shown.pop(name, None)
            if target:
                await self._leave(drawing.chat_id, target, delete=drawing.delete)
        elif not target:
            await self._send(drawing, drawing.content, shows)
        elif self._memory.shown.get(name) != shows:
            self._memory.shown.pop(name, None)
            await self._edit(drawing.content, target)
            self._memory.shown[name] = shows

    async def _send(self, drawing: Drawing, content: NewMessage, shows: tuple[str, str]) -> None:
        sent = await self._messages.send_message(self._bot, content)
        self._memory.shown[_name(drawing.chat_id, sent.message_id)] = shows
        self._memory.arrived[_name(drawing.chat_id, drawing.target)] = sent.message_id
        try:
            await self._store.bind(drawing.record, drawing.target, sent.message_id)
        except RedisError as error:
            # A press on the message names it again.
            log.warning("message_not_noted", error=str(error))

    async def _edit(self, content: NewMessage, message_id: int) -> None:
        old = OldMessage(
            chat=content.chat, message_id=message_id, media_id=None, media_uniq_id=None
        )
        await self._messages.edit_message(self._bot, content, old)

    async def _leave(self, chat_id: int, message_id: int, *, delete: bool) -> None:
        if delete:
            await self._bot.delete_message(chat_id, message_id)
        else:
            await self._bot.edit_message_reply_markup(chat_id=chat_id, message_id=message_id)


def _name(chat_id: int, message_id: int) -> str:
    return f"{chat_id}/{message_id}"


def _merge(first: Drawing, then: Drawing) -> Drawing | None:
    """Give the one drawing that does for both, None where each must be drawn."""
    if then.fresh or first.content is None or then.content is None:
        return None
    return replace(first, content=then.content)
