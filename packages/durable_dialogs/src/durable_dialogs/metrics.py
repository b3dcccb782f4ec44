"""What the engine measures, as metrics for Prometheus. It needs the package prometheus_client."""

from collections.abc import Callable
from functools import cache, partial
from itertools import chain

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram

from durable_dialogs.state.outcome import Drawn
from durable_dialogs.telemetry import telemetry

PREFIX = "durable_dialogs"
"""How the names of the metrics begin."""

FAST = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
"""Buckets in seconds, for what is mostly a matter of milliseconds."""

_measured: list[CollectorRegistry] = []


def measure(registry: CollectorRegistry = REGISTRY, prefix: str = PREFIX) -> None:
    """Create the metrics and have the engine feed them, once in a process.

    Later calls change nothing, because one process has one set of metrics for all its bots.

    Args:
        registry: Where to register them.
        prefix: How their names begin.

    Raises:
        ValueError: Another registry has them already.
    """
    if _measured:
        if registry not in (_measured[0], REGISTRY):
            raise ValueError("metrics: another registry has the metrics of this process already")
        return
    _count_outcomes(partial(_counter, registry, prefix))
    _watch_levels(partial(Gauge, namespace=prefix, registry=registry))
    telemetry.webhook_lost = Counter(
        "webhook_lost",
        "Times that the webhook was not the bot's any more",
        namespace=prefix,
        registry=registry,
    ).inc
    telemetry.redis_took = Histogram(
        "redis_duration_seconds",
        "From sending commands to Redis to their answers",
        namespace=prefix,
        registry=registry,
        buckets=FAST,
    ).observe
    _measured.append(registry)


def _count_outcomes(counter: Callable[..., Callable[[str], None]]) -> None:
    telemetry.update_redone = counter(
        "updates_redone",
        "Times that an update was done again, by reason",
        reason=("conflict", "cached", "unclear", "away", "failure", "question"),
    )
    telemetry.update_unreadable = counter(
        "updates_unreadable",
        "Updates that could not be read in full, by outcome",
        outcome=("reduced", "answered", "discarded", "set_aside", "dropped"),
    )
    telemetry.update_passed_on = counter(
        "updates_passed_on",
        "Updates passed on to the owners of their chats, by outcome",
        outcome=("answered", "returned"),
    )
    telemetry.edit_done = counter(
        "drawings", "Windows that were to be drawn, by outcome", outcome=tuple(Drawn)
    )
    telemetry.entry_tried = counter(
        "deliveries",
        "Tries to deliver from the outbox, by outcome",
        outcome=("delivered", "failed", "undeliverable"),
    )
    telemetry.telegram_failed = counter(
        "telegram_failures",
        "Calls that failed, by reason",
        reason=("throttled", "away", "expected", "refused", "unreadable"),
    )


def _watch_levels(gauge: Callable[..., Gauge]) -> None:
    telemetry.edits_waiting = gauge(
        "drawings_waiting", "Windows that wait to be drawn", multiprocess_mode="livesum"
    ).inc
    telemetry.inbox_updates = gauge(
        "inbox_updates", "Updates that were fetched and are not done", multiprocess_mode="livesum"
    ).set
    telemetry.outbox_waiting = gauge(
        "outbox_waiting",
        "Entries of the outbox, of all workers, that wait",
        multiprocess_mode="livemostrecent",
    ).set
    telemetry.clock_skew = gauge(
        "clock_skew_seconds",
        "How far this machine's clock is ahead of Telegram's",
        multiprocess_mode="livemostrecent",
    ).set
    telemetry.webhook_pending = gauge(
        "webhook_pending_updates",
        "Updates that wait at Telegram to be posted",
        multiprocess_mode="livemostrecent",
    ).set
    telemetry.webhook_failed = gauge(
        "webhook_last_error_timestamp_seconds",
        "When Telegram last failed to post an update",
        multiprocess_mode="livemostrecent",
    ).set


def _counter(
    registry: CollectorRegistry, prefix: str, name: str, about: str, **label: tuple[str, ...]
) -> Callable[[str], None]:
    """Create a counter by one label; return what counts one for a value of the label.

    All values begin at 0, because Prometheus sees no increase from nothing to 1. `labels()` is
    slow, so its results are kept.
    """
    counter = Counter(name, about, list(label), namespace=prefix, registry=registry)
    child = cache(counter.labels)
    for value in chain(*label.values()):
        child(value)

    def count(value: str) -> None:
        child(value).inc()

    return count
