"""Doing an update in its chat's lock, again and again until it is committed or given up."""

import asyncio
from collections.abc import Callable
from contextvars import ContextVar

import structlog
from aiogram.dispatcher.event.bases import CancelHandler, SkipHandler
from aiogram.methods import TelegramMethod
from aiogram.types import Update
from aiogram_dialog.api.entities import DialogUpdate
from aiogram_dialog.api.exceptions import UnknownState

from durable_dialogs.state.outcome import AlreadyDoneError, NotKnownYetError, Outcome, Refusal
from durable_dialogs.state.retention import EntryStatus
from durable_dialogs.state.store import AwayError, DialogStore, LostError, UnclearError
from durable_dialogs.state.unit_of_work import UnitOfWork, with_unit
from durable_dialogs.state.update_data import OFFERED
from durable_dialogs.telemetry import telemetry
from durable_dialogs.update.chat_locks import ChatLocks
from durable_dialogs.update.commits import Commits
from durable_dialogs.update.error_handlers import Handler, next_handler, outcome_of
from durable_dialogs.update.hooks import OnError
from durable_dialogs.update.incoming import Incoming
from durable_dialogs.update.patience import ContentionError, Patience

QUESTIONS = 5
"""How often an update may have something asked first before it is given up."""
PAUSE = 0.5
"""Seconds before the next try if Redis is away, or may have made the commit."""

log = structlog.get_logger(__name__)

current_unit: ContextVar[UnitOfWork | None] = ContextVar("unit_of_work", default=None)
"""The unit of work in which the running task handles an update; None outside of handlers."""


class Attempts:
    """Does updates until they are committed or given up.

    Nothing that a handler does is visible before the commit, so an update can be done again.

    Args:
        store: The open dialogs.
        commits: Commits units of work.
        locks: The chat locks.
        on_error: Answers for an update that failed.
        must_not_be_refused: See `Hooks`.
    """

    def __init__(
        self,
        store: DialogStore,
        commits: Commits,
        locks: ChatLocks,
        on_error: OnError,
        must_not_be_refused: Callable[[Update], bool],
    ) -> None:
        self._store = store
        self._commits = commits
        self._locks = locks
        self._on_error = on_error
        self._must_not_be_refused = must_not_be_refused
        self._is_stopping = False

    def stop(self) -> None:
        """Tell no person any more to try again: an update that is not done comes again."""
        self._is_stopping = True

    async def carry_out(self, handler: Handler, incoming: Incoming) -> tuple[UnitOfWork, bool]:
        """Do an update in its chat's lock, and start to draw what it changed.

        If a handler raises `NotKnownYetError`, the lock is released while its question is asked.

        Args:
            handler: Handles the update.
            incoming: The update.

        Returns:
            The unit of work, and whether all messages that it changes follow soon. If the update
            was given up, the unit of work has only the answer for the person.

        Raises:
            AlreadyDoneError: The update was done before.
        """
        lock = self._locks.of(incoming.chat)
        incoming.retention.must_settle = self._must_not_be_refused(incoming.update)
        for questions_left in reversed(range(QUESTIONS)):
            try:
                async with lock:
                    unit = await self._until_done(handler, incoming)
                    person_id = incoming.location.user_id
                    return unit, self._commits.draw(unit, person_id, incoming.pressed)
            except NotKnownYetError as question:
                if questions_left:
                    telemetry.update_redone("question")
                    await question.ask()
        async with lock:
            error = ContentionError("what was asked is forgotten again and again")
            return await self._give_up(error, incoming, Outcome.FAILED), True

    async def _until_done(self, handler: Handler, incoming: Incoming) -> UnitOfWork:
        retention = incoming.retention
        patience: Patience | None = None
        failures = 0
        while True:
            unit = UnitOfWork(self._store, incoming.chat, incoming.id, retention)
            unit.memory = retention.mark_life(incoming.update)
            unit.asked = None if isinstance(incoming.update, DialogUpdate) else incoming.location
            try:
                if await self._try(handler, incoming, unit):
                    return unit
                patience = await _begin_again(unit, patience)
            except (AlreadyDoneError, NotKnownYetError):
                raise
            except UnclearError as error:
                # The next try finds the update's mark, or the records as they were.
                log.warning("commit_unclear", error=str(error))
                retention.must_settle = True
                telemetry.update_redone("unclear")
                await asyncio.sleep(PAUSE)
            except (Refusal, LostError) as error:
                return await self._give_up(error, incoming, Outcome.REFUSED)
            except AwayError as error:
                if not (retention.must_settle or self._is_stopping or incoming.comes_again):
                    # If the inbox still writes an entry, the next start must not do the update.
                    retention.status = EntryStatus.DONE
                    return await self._give_up(error, incoming, Outcome.AWAY)
                telemetry.update_redone("away")
                await asyncio.sleep(PAUSE)
            except Exception as error:  # noqa: BLE001 - any error: the person must get an answer
                failures += 1
                following = next_handler(handler, error, failures, incoming.data)
                if following is None:
                    return await self._give_up(error, incoming, outcome_of(error))
                handler = following
                telemetry.update_redone("failure")

    async def _try(self, handler: Handler, incoming: Incoming, unit: UnitOfWork) -> bool:
        """Do an update once; tell whether it is done."""
        is_done = False
        try:
            # The commit is still to come. So if a command of a handler itself fails in an unclear
            # way, the update has surely not counted.
            with self._store.handling:
                await self._handle(handler, incoming, unit)
            unit.memory = unit.retention.begin_commit(incoming.update, incoming.mark)
            is_committed = await self._commit(unit, incoming)
            is_done = is_committed and not unit.is_reset
        except (AlreadyDoneError, AwayError, UnclearError):
            raise
        except Exception:
            # The update may have failed because a cached record is outdated.
            if await unit.is_current():
                raise
        finally:
            unit.is_done = is_done
            if not is_done:
                unit.drop_cached()
        return is_done

    async def _commit(self, unit: UnitOfWork, incoming: Incoming) -> bool:
        try:
            is_committed = await self._commits.make(unit, incoming.location)
        except UnclearError:
            raise  # the next try finds out, and settles `retention`
        except BaseException:
            unit.retention.end_commit()
            raise
        unit.retention.end_commit(is_remembered=unit.is_remembered)
        return is_committed

    async def _give_up(self, error: Exception, incoming: Incoming, outcome: Outcome) -> UnitOfWork:
        """Return a unit of work that changes nothing and answers for the update."""
        unit = UnitOfWork(self._store, incoming.chat)
        unit.outcome = outcome
        await self._on_error(error, incoming.update, incoming.data, unit)
        return unit

    async def _handle(self, handler: Handler, incoming: Incoming, unit: UnitOfWork) -> None:
        token = current_unit.set(unit)
        data = with_unit(unit, {**incoming.data, OFFERED: self._commits.offered_buttons})
        try:
            result = await handler(incoming.update, data)
            if isinstance(result, TelegramMethod):
                unit.call(result)
        except (SkipHandler, CancelHandler):
            pass
        except UnknownState as error:
            # The state is of an older version of the bot. Until the stack is deleted, every update
            # of it fails here.
            log.warning("states_group_unknown", error=str(error))
            unit.reset()
        finally:
            unit.open = False
            current_unit.reset(token)


async def _begin_again(unit: UnitOfWork, patience: Patience | None) -> Patience | None:
    """Count a try that another worker has overtaken, and wait before the next one.

    This runs in the chat's lock, so that the chat's updates keep their order.
    """
    if unit.is_cached:
        # The next try loads the record. Nothing says yet that others are at work on it.
        telemetry.update_redone("cached")
        return patience
    telemetry.update_redone("conflict")
    patience = patience or Patience()
    await patience.wait()
    return patience
