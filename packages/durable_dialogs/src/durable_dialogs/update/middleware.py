"""The way of an update: chat lock, unit of work, commit, and only then what people see."""

from collections.abc import Callable
from typing import Any, cast

import structlog
from aiogram import BaseMiddleware
from aiogram.types import TelegramObject, Update
from aiogram_dialog.api.entities import DialogUpdate

from durable_dialogs.state.outcome import AlreadyDoneError, Outcome
from durable_dialogs.state.store import DialogStore
from durable_dialogs.state.unit_of_work import UnitOfWork
from durable_dialogs.update.after_commit import AfterCommit
from durable_dialogs.update.attempts import Attempts, current_unit
from durable_dialogs.update.chat_locks import ChatLocks
from durable_dialogs.update.commits import Commits
from durable_dialogs.update.error_handlers import Handler
from durable_dialogs.update.hooks import OnError
from durable_dialogs.update.incoming import incoming
from durable_dialogs.update.nested import Nested
from durable_dialogs.update.redrawing import Redrawing

log = structlog.get_logger(__name__)


class UnitOfWorkMiddleware(BaseMiddleware):
    """Carries every update out in a unit of work; an outer middleware of updates.

    Handlers find the unit of work as `unit` in the middlewares' data. If a handler returns a method
    of the Bot API, it is called after the commit.

    Args:
        store: The open dialogs.
        commits: Commits units of work and has their windows drawn.
        on_error: Answers for an update that failed.
        must_not_be_refused: See `durable_dialogs.options.Hooks`.

    Attributes:
        nested: Carries out what updates have dialogs do in other stacks.
        redrawing: Draws windows again.
    """

    def __init__(
        self,
        store: DialogStore,
        commits: Commits,
        on_error: OnError,
        must_not_be_refused: Callable[[Update], bool],
    ) -> None:
        self._store = store
        locks = ChatLocks()
        self._attempts = Attempts(store, commits, locks, on_error, must_not_be_refused)
        self.nested = Nested(self)
        self.redrawing = Redrawing(store, commits, locks)
        self._after_commit = AfterCommit(store, commits, self.redrawing, self.nested, on_error)

    async def __call__(
        self, handler: Handler, event: TelegramObject, data: dict[str, Any]
    ) -> Outcome:
        """Carry an update out; see `BaseMiddleware`.

        Returns:
            What became of the update.
        """
        outer = current_unit.get()
        if outer and isinstance(event, DialogUpdate) and not outer.is_done:
            await self.nested.carry_out(handler, event, data, outer)
            return Outcome.DONE
        update = incoming(cast("Update", event), data, self._store.keys)
        records: list[str] = []
        try:
            unit, follows = await self._attempts.carry_out(handler, update)
        except AlreadyDoneError as repeated:
            log.info("update_repeated")
            update.retention.note_done(update.mark)
            unit, follows = UnitOfWork(self._store, update.chat), True
            unit.outcome = Outcome.REPEATED
            records = repeated.records
        await self._after_commit.run(unit, update, records, follows=follows)
        return unit.outcome

    def stop(self) -> None:
        """Tell no person any more to try again: an update that is not done comes again."""
        self._attempts.stop()
