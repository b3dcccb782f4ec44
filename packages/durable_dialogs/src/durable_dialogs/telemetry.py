"""What the engine tells of itself while it works: counts, durations, the update at hand.

The application puts its own callables in place of those of `telemetry`, for whichever system it
measures with; until then nothing is measured.
"""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass

update_id: ContextVar[int | None] = ContextVar("update_id", default=None)
"""The id of the update that the running task carries out, for logs; None outside of updates."""


def _ignore(*_args: object) -> None:
    """Measure nothing."""


@dataclass(slots=True)
class Telemetry:
    """Callables that the engine calls when something happens; each must be quick and never fail.

    Attributes:
        update_redone: An update is done again; gets the reason: `conflict`, `unclear`, `away`,
            `failure` or `question`.
        update_unreadable: An update can't be read whole; gets what became of it: `reduced`,
            `answered`, `set_aside` or `dropped`.
        edit_done: A pending edit is over; gets its outcome, a value of `outcome.Drawn`.
        edits_waiting: Pending edits came (1) or went (-1).
        entry_tried: The outbox tried to deliver an entry; gets `delivered`, `failed` or
            `undeliverable`.
        outbox_waiting: Gets the number of entries that wait in all outboxes of the bot.
        inbox_updates: Gets the number of updates that were fetched and are not done.
        telegram_failed: A call of the Bot API failed; gets `throttled`, `away`, `expected`,
            `refused` or `unreadable`.
        clock_skew: Gets the seconds that this machine's clock is ahead of Telegram's.
        redis_took: Redis answered; gets the seconds from the commands to their answers.
        tap_counted: A tap counted.
    """

    update_redone: Callable[[str], object] = _ignore
    edit_done: Callable[[str], object] = _ignore
    edits_waiting: Callable[[int], object] = _ignore
    update_unreadable: Callable[[str], object] = _ignore
    inbox_updates: Callable[[int], object] = _ignore
    clock_skew: Callable[[float], object] = _ignore
    entry_tried: Callable[[str], object] = _ignore
    outbox_waiting: Callable[[int], object] = _ignore
    telegram_failed: Callable[[str], object] = _ignore
    redis_took: Callable[[float], object] = _ignore
    tap_counted: Callable[[], object] = _ignore


telemetry = Telemetry()
"""The one of this process, as metrics are a process's own, too."""
