"""Measurements of the engine: counts, durations, and the id of the running update.

`durable_dialogs.metrics` puts metrics for Prometheus into `telemetry`. An application with another
metrics system replaces the callables by its own. By default they do nothing.
"""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass

update_id: ContextVar[int | None] = ContextVar("update_id", default=None)
"""The id of the update that the running task carries out, for logs. None outside of updates."""


def _ignore(*_args: object) -> None:
    """Do nothing."""


@dataclass(slots=True)
class Telemetry:
    """Callables that the engine calls when something happens. They must be quick and never raise.

    Attributes:
        update_redone: The middleware does an update again. Argument: the reason, `conflict`,
            `cached`, `unclear`, `away`, `failure` or `question`.
        update_unreadable: An update can't be read completely. Argument: what happened to it,
            `reduced`, `answered`, `discarded`, `set_aside` or `dropped`.
        update_passed_on: An update was passed on to the worker that owns its chat. Argument:
            `answered`, or `returned` if it is to be carried out here after all.
        edit_done: A pending edit has ended. Argument: how, a value of `outcome.Drawn`.
        edits_waiting: The number of pending edits has changed. Argument: the change, 1 or -1.
        entry_tried: The outbox has tried to deliver an entry. Argument: `delivered`, `failed` or
            `undeliverable`.
        outbox_waiting: Argument: the number of entries that wait in all outboxes of the bot.
        inbox_updates: Argument: the number of updates that were fetched and are not done.
        telegram_failed: A call of the Bot API has failed. Argument: `throttled`, `away`,
            `expected`, `refused` or `unreadable`.
        clock_skew: Argument: the seconds that this machine's clock is ahead of Telegram's.
        redis_took: Redis has answered a batch. Argument: the seconds that it took.
        webhook_lost: The webhook at Telegram was not the bot's any more. No argument.
        webhook_pending: Argument: the number of updates that wait at Telegram to be posted.
        webhook_failed: Argument: when Telegram last failed to post an update, as Unix time; 0 if it
            never has.
    """

    update_redone: Callable[[str], object] = _ignore
    update_unreadable: Callable[[str], object] = _ignore
    update_passed_on: Callable[[str], object] = _ignore
    edit_done: Callable[[str], object] = _ignore
    edits_waiting: Callable[[int], object] = _ignore
    entry_tried: Callable[[str], object] = _ignore
    outbox_waiting: Callable[[int], object] = _ignore
    inbox_updates: Callable[[int], object] = _ignore
    telegram_failed: Callable[[str], object] = _ignore
    clock_skew: Callable[[float], object] = _ignore
    redis_took: Callable[[float], object] = _ignore
    webhook_lost: Callable[[], object] = _ignore
    webhook_pending: Callable[[int], object] = _ignore
    webhook_failed: Callable[[float], object] = _ignore


telemetry = Telemetry()
"""The callables of this process."""
