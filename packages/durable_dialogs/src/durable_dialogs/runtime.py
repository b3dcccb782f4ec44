"""The engine of one bot: its parts, put together."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial

from aiogram import Bot, Dispatcher
from redis.asyncio import Redis

from durable_dialogs.delivery.outbox import Deliver, Outbox
from durable_dialogs.drawing.edit_permits import EditPermits
from durable_dialogs.drawing.message_editor import MessageEditor
from durable_dialogs.drawing.relocation import Relocation
from durable_dialogs.drawing.renderer import Renderer
from durable_dialogs.drawing.senders import Senders
from durable_dialogs.recovery.group_upgrade import GroupUpgrades
from durable_dialogs.recovery.open_windows import OpenWindows
from durable_dialogs.recovery.pending_redraws import PendingRedraws
from durable_dialogs.redis.batch import Batch
from durable_dialogs.state.keys import location_of_record
from durable_dialogs.state.outcome import Drawing
from durable_dialogs.state.store import DialogStore
from durable_dialogs.update.answers import OnError
from durable_dialogs.update.commits import Commits
from durable_dialogs.update.hooks import Hooks
from durable_dialogs.update.middleware import UnitOfWorkMiddleware
from durable_dialogs.update.offered_buttons import OfferedButtons
from durable_dialogs.workers.registry import WorkerRegistry


@dataclass(frozen=True, slots=True)
class Callbacks:
    """What the engine calls.

    Attributes:
        delivery: Returns what delivers the outbox's entries. Gets what moves open dialogs to a
            group's new chat, because that goes through the outbox too.
        on_error: Answers for an update that failed.
        hooks: What the bot does for the engine.
    """

    delivery: Callable[[GroupUpgrades], Deliver]
    on_error: OnError
    hooks: Hooks


class Engine:
    """Carries updates out, draws their windows, and delivers what must leave Redis.

    Args:
        redis: The connection; it returns bytes.
        batch: Sends commands to the same Redis.
        bot: The bot.
        store: The records.
        callbacks: What it calls.

    Attributes:
        store: The records.
        middleware: The outer middleware that every update must pass.
    """

    def __init__(
        self, redis: Redis, batch: Batch, bot: Bot, store: DialogStore, callbacks: Callbacks
    ) -> None:
        self._bot, self.store, keys = bot, store, store.keys
        self._workers = WorkerRegistry(redis, batch, keys)
        permits = EditPermits(redis, batch, keys, self._workers)
        senders = Senders(redis, batch, self._workers)
        editor = MessageEditor(bot, self.store, senders, on_unsent=self._let_go)
        self._renderer = Renderer(editor, permits, on_upgrade=self._move)
        self._pending_redraws = PendingRedraws(redis, batch, keys, self._renderer, self._workers)
        self._group_upgrades = GroupUpgrades(self.store, self._pending_redraws)
        self._outbox = Outbox(redis, batch, keys, callbacks.delivery(self._group_upgrades))
        commits = Commits(
            self.store,
            self._outbox,
            self._renderer,
            self._pending_redraws,
            OpenWindows(redis, batch, keys, store.ttl),
            offered_buttons=OfferedButtons(),
            inline_window=callbacks.hooks.inline_window,
        )
        self.middleware = UnitOfWorkMiddleware(
            self.store, commits, callbacks.on_error, callbacks.hooks
        )

    def jobs(self, dispatcher: Dispatcher) -> list[Callable[[], Awaitable[object]]]:
        """Return what must run as long as the bot does, each in a task of its own.

        Args:
            dispatcher: The dispatcher that the dialogs are set up on.
        """
        redraw = partial(self.middleware.redrawing.redraw, dispatcher, self._bot)
        return [
            self._outbox.run,
            partial(self._pending_redraws.run, redraw),
            partial(self._workers.run, self._renderer.share),
        ]

    @property
    def workers(self) -> WorkerRegistry:
        """The live workers of the bot."""
        return self._workers

    @property
    def closing(self) -> list[Callable[[float], Awaitable[None]]]:
        """What to call at the end, in this order.

        Each finishes what is under way, for at most the given number of seconds.
        """
        nested = self.middleware.nested
        parts = (nested, self._outbox, self._renderer, self._pending_redraws, self._workers)
        return [part.close for part in parts]

    async def _let_go(self, drawing: Drawing) -> None:
        """Release a dialog from a message that can't be sent to its chat."""
        if drawing.asked is None:
            return
        await Relocation(self.store).undo(drawing)
        if drawing.former:
            # The dialog is back on its former message, which has lost its buttons.
            _, topic = location_of_record(drawing.record)
            location = replace(drawing.asked, thread_id=topic)
            await self._pending_redraws.announce([drawing.record], location)
            self._pending_redraws.hurry(drawing.record)

    async def _move(self, old_id: int, new_id: int) -> None:
        """Move the open dialogs of a group that became a supergroup."""
        await self._group_upgrades.begin(self._outbox, old_id, new_id)
