"""Open dialogs: everything in this folder, put together."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial

from aiogram import Bot, Dispatcher
from redis.asyncio import Redis

from durable_dialogs.delivery.outbox import Deliver, Outbox
from durable_dialogs.drawing.edit_permits import EditPermits
from durable_dialogs.drawing.relocation import Relocation
from durable_dialogs.drawing.renderer import Renderer
from durable_dialogs.drawing.senders import Senders
from durable_dialogs.drawing.worker_registry import WorkerRegistry
from durable_dialogs.recovery.group_upgrade import GroupUpgrades
from durable_dialogs.recovery.open_windows import OpenWindows
from durable_dialogs.recovery.pending_redraws import PendingRedraws
from durable_dialogs.redis.batch import Batch
from durable_dialogs.state.keys import location_of_record
from durable_dialogs.state.outcome import Drawing
from durable_dialogs.state.store import DialogStore
from durable_dialogs.update.commits import Commits, InlineWindow
from durable_dialogs.update.middleware import OnError, UnitOfWorkMiddleware
from durable_dialogs.update.offered_buttons import OfferedButtons


class OpenDialogs:
    """Carries updates out, draws what comes of them, and delivers what must leave Redis.

    Args:
        redis: The connection, giving bytes.
        batch: Sends commands to the same Redis.
        bot: Whose dialogs they are.
        ttl: Seconds that a dialog lives untouched.
        delivery: Makes what takes the outbox's entries to where they belong, from what
            takes open dialogs to their group's new chat.
        on_error: Answers for an update that failed.
        inline_window: Gives what a message that was sent through inline mode shows.

    Attributes:
        store: The records.
        transactions: The middleware that all updates pass.
    """

    def __init__(  # noqa: PLR0913 - what differs from bot to bot
        self,
        redis: Redis,
        batch: Batch,
        bot: Bot,
        ttl: int,
        *,
        delivery: Callable[[GroupUpgrades], Deliver],
        on_error: OnError,
        inline_window: InlineWindow,
    ) -> None:
        self._bot = bot
        self._crew = WorkerRegistry(redis, batch, bot.id)
        self.store = DialogStore(redis, batch, ttl)
        permits = EditPermits(redis, batch, bot.id, self._crew)
        senders = Senders(redis, batch, self._crew)
        self._renderer = Renderer(
            bot, self.store, permits, senders, on_upgrade=self._move, on_unsent=self._let_go
        )
        self._undrawn = PendingRedraws(redis, batch, bot.id, self._renderer, self._crew)
        self._moving = GroupUpgrades(self.store, self._undrawn, bot.id)
        self._outbox = Outbox(redis, batch, bot.id, delivery(self._moving))
        offers = OfferedButtons()
        commits = Commits(
            self.store,
            self._outbox,
            self._renderer,
            self._undrawn,
            OpenWindows(redis, batch, bot.id, ttl),
            offers=offers,
            inline_window=inline_window,
        )
        self.transactions = UnitOfWorkMiddleware(
            self.store, commits, self._outbox, offers, on_error
        )

    def jobs(self, dispatcher: Dispatcher) -> list[Callable[[], Awaitable[object]]]:
        """Give what is to run beside the updates.

        Args:
            dispatcher: The dispatcher that the dialogs are set up on.
        """
        redraw = partial(self.transactions.redraw, dispatcher, self._bot)
        return [
            self._outbox.run,
            partial(self._undrawn.run, redraw),
            partial(self._crew.run, self._renderer.share),
        ]

    @property
    def closing(self) -> list[Callable[[float], Awaitable[None]]]:
        """What finishes, for at most so many seconds, what is under way, in order."""
        nested = self.transactions.nested
        parts = (nested, self._outbox, self._renderer, self._undrawn, self._crew)
        return [part.close for part in parts]

    async def _let_go(self, drawing: Drawing) -> None:
        if drawing.asked is None:
            return
        await Relocation(self.store, self._bot.id).undo(drawing)
        if drawing.former:
            # It has lost its buttons, which the fresh message was to have.
            _, topic = location_of_record(drawing.record)
            place = replace(drawing.asked, thread_id=topic)
            await self._undrawn.announce([drawing.record], place)
            self._undrawn.hurry(drawing.record)

    async def _move(self, old_id: int, new_id: int) -> None:
        await self._moving.begin(self._outbox, old_id, new_id)
