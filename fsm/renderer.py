"""Draws what was committed: one task a message at a time, always its latest window."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

import structlog
from aiogram import Bot
from aiogram.types import Message
from aiogram_dialog.api.entities import NewMessage, OldMessage
from aiogram_dialog.manager.message_manager import MessageManager
from redis.exceptions import RedisError

from fsm.calls import patiently
from fsm.store import DialogStore
from fsm.transaction import Drawing

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Job:
    """A drawing that waits its turn.

    Attributes:
        drawing: The latest of those that it stands for.
        drawn: Done when the drawing, or a later one in its place, was drawn or given up.
    """

    drawing: Drawing
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

    def add(self, drawing: Drawing) -> asyncio.Future[None]:
        """Have a window drawn as soon as Telegram lets it, or a later one in its place.

        Returns:
            What is done when it was drawn or given up.
        """
        screen = self._screens.get(drawing.record)
        if screen is None:
            screen = Screen(self._bot, self._store, lambda: self._screens.pop(drawing.record))
            self._screens[drawing.record] = screen
        return screen.add(drawing)

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
    """One stack's message while something is to be drawn on it.

    Args:
        bot: Whose message it is.
        store: Where the message is noted.
        on_idle: Called when all is drawn; the screen is of no use after that.
    """

    def __init__(self, bot: Bot, store: DialogStore, on_idle: Callable[[], object]) -> None:
        self._bot = bot
        self._store = store
        self._on_idle = on_idle
        self._messages = MessageManager()
        self._jobs: list[Job] = []
        self._shown: int | None = None
        self.task = asyncio.create_task(self._run())

    def add(self, drawing: Drawing) -> asyncio.Future[None]:
        """Have a window drawn after those before it, or in place of the last one that waits.

        Returns:
            What is done when it was drawn.
        """
        if self._jobs and (merged := _merge(self._jobs[-1].drawing, drawing)):
            self._jobs[-1].drawing = merged
        else:
            self._jobs.append(Job(drawing))
        return self._jobs[-1].drawn

    async def _run(self) -> None:
        while self._jobs:
            job = self._jobs.pop(0)
            try:
                await patiently(
                    lambda: self._draw(job.drawing),  # noqa: B023 - called in this round only
                    wanted=lambda: not self._is_overtaken(job.drawing),  # noqa: B023
                )
            except Exception:
                log.exception("drawing_failed")
            finally:
                if not job.drawn.done():
                    job.drawn.set_result(None)
        self._on_idle()

    def _is_overtaken(self, drawing: Drawing) -> bool:
        return bool(self._jobs) and _merge(drawing, self._jobs[0].drawing) == self._jobs[0].drawing

    async def _draw(self, drawing: Drawing) -> None:
        target = drawing.target or self._shown
        if drawing.content is None:
            if target:
                await self._leave(drawing.chat_id, target, delete=drawing.delete)
        elif drawing.fresh or target is None:
            sent = await self._messages.send_message(self._bot, drawing.content)
            await self._bind(drawing.record, sent)
            if target and drawing.fresh:
                await patiently(lambda: self._leave(drawing.chat_id, target, delete=drawing.delete))
        else:
            self._shown = target
            await self._edit(drawing.content, target)

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

    async def _bind(self, record: str, sent: Message) -> None:
        self._shown = sent.message_id
        try:
            await self._store.bind(record, sent.message_id)
        except RedisError as error:
            # A press on the message names it again.
            log.warning("message_not_noted", error=str(error))


def _merge(first: Drawing, then: Drawing) -> Drawing | None:
    """Give the one drawing that does for both, None where each must be drawn."""
    if then.fresh or first.content is None or then.content is None:
        return None
    if not first.fresh and first.target == then.target:
        return then
    if first.fresh and then.target is None:
        return Drawing(
            first.record, first.chat_id, then.content, first.target, first.fresh, first.delete
        )
    return None
