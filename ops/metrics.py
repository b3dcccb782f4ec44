"""What is measured, for Prometheus; docs/metrics.md tells what each means.

Metrics are a process's own. Workers on one machine, which share a port, write theirs into files
of one folder, PROMETHEUS_MULTIPROC_DIR, and whoever is asked adds them up. It has to be set before
this module is loaded, and empty.
"""

import os
import time
from collections.abc import Iterable, Iterator
from functools import cache, partial
from itertools import product
from pathlib import Path
from typing import TypeVar

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Metric,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client import values as value_classes
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy import event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import ConnectionPoolEntry

from durable_dialogs.state.outcome import Drawn
from durable_dialogs.telemetry import Telemetry
from ops.metrics_files import FOLDER, begin_figures, files_that_count, living

FAST = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
"""Seconds, of what is near, and
SLOW: of what may wait for Telegram."""
SLOW = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


if FOLDER in os.environ:
    _number = begin_figures(Path(os.environ[FOLDER]))
    value_classes.ValueClass = value_classes.MultiProcessValue(lambda: _number)

# When they were made says nothing, and would double what is given out.
disable_created_metrics()

_registry = CollectorRegistry()
_counter = partial(Counter, namespace="tally", registry=_registry)
_gauge = partial(Gauge, namespace="tally", registry=_registry)
_histogram = partial(Histogram, namespace="tally", registry=_registry)

UPDATES = _counter("updates", "Updates, by kind and outcome", ["kind", "outcome"])
UPDATE_SECONDS = _histogram(
    "update_duration_seconds",
    "From an update to its answer, and to the calls that it asks for besides",
    ["kind"],
    buckets=SLOW,
)
UNREADABLE = _counter(
    "updates_unreadable", "Updates that could not be read whole, by outcome", ["outcome"]
)
REDONE = _counter("updates_redone", "Times that an update was done again, by reason", ["reason"])
TAPS = _counter("taps", "Taps that counted")
TOTALS = _counter("totals", "Totals that were confirmed, by kind of counter", ["kind"])
DRAWINGS = _counter("drawings", "Windows that were to be drawn, by outcome", ["outcome"])
DRAWINGS_WAITING = _gauge(
    "drawings_waiting", "Windows that wait to be drawn", multiprocess_mode="livesum"
)
INBOX = _gauge(
    "inbox_updates", "Updates that were fetched and are not done", multiprocess_mode="livesum"
)
DELIVERIES = _counter("deliveries", "Tries to deliver from the outbox, by outcome", ["outcome"])
OUTBOX_WAITING = _gauge(
    "outbox_waiting",
    "Entries of the outbox, of all workers, that wait",
    multiprocess_mode="livemostrecent",
)
TELEGRAM_FAILURES = _counter("telegram_failures", "Calls that failed, by reason", ["reason"])
REDIS_SECONDS = _histogram(
    "redis_duration_seconds", "From sending commands to Redis to their answers", buckets=FAST
)
DATABASE_SECONDS = _histogram(
    "database_duration_seconds", "From the beginning of a transaction to its end", buckets=FAST
)
DATABASE_CONNECTIONS = _gauge(
    "database_connections", "Connections that are open", multiprocess_mode="livesum"
)
READY = _gauge(
    "ready", "Whether a part can be reached", ["part"], multiprocess_mode="livemostrecent"
)
DISK_FREE = _gauge(
    "disk_free_bytes", "What may be written to DATA_DIR", multiprocess_mode="livemostrecent"
)
WEBHOOK_PENDING = _gauge(
    "webhook_pending_updates", "Updates that wait at Telegram", multiprocess_mode="livemostrecent"
)
WEBHOOK_FAILED = _gauge(
    "webhook_last_error_timestamp_seconds",
    "When Telegram has last failed to post an update",
    multiprocess_mode="livemostrecent",
)
CLOCK_SKEW = _gauge(
    "clock_skew_seconds",
    "How far this machine's clock is ahead of Telegram's",
    multiprocess_mode="livemostrecent",
)
WEBHOOK_LOST = _counter("webhook_lost", "Times that the webhook was not Tally's any more")


Labelled = TypeVar("Labelled", Counter, Gauge, Histogram)


@cache
def child(metric: Labelled, *labels: str) -> Labelled:
    """Give what counts for certain labels; asking `labels()` each time costs more than counting.

    Args:
        metric: The metric.
        labels: The values of all its labels, words of the code.
    """
    return metric.labels(*labels)


def begin(metric: Counter | Histogram, *labels: Iterable[str]) -> None:
    """Have a metric begin at 0 for all its labels: of one that begins at 1 no increase is seen.

    Args:
        metric: The metric.
        labels: The values that each of its labels can have.
    """
    for values in product(*labels):
        child(metric, *values)


def measure_dialogs(telemetry: Telemetry) -> None:
    """Measure the engine of the dialogs from now on."""
    begin(REDONE, ("conflict", "unclear", "away", "failure", "question"))
    begin(UNREADABLE, ("reduced", "answered", "set_aside", "dropped"))
    begin(DRAWINGS, Drawn)
    begin(DELIVERIES, ("delivered", "failed", "undeliverable"))
    begin(TELEGRAM_FAILURES, ("throttled", "away", "expected", "refused", "unreadable"))
    telemetry.update_redone = partial(_count, REDONE)
    telemetry.update_unreadable = partial(_count, UNREADABLE)
    telemetry.inbox_updates = INBOX.set
    telemetry.clock_skew = CLOCK_SKEW.set
    telemetry.edit_done = partial(_count, DRAWINGS)
    telemetry.edits_waiting = DRAWINGS_WAITING.inc
    telemetry.entry_tried = partial(_count, DELIVERIES)
    telemetry.outbox_waiting = OUTBOX_WAITING.set
    telemetry.telegram_failed = partial(_count, TELEGRAM_FAILURES)
    telemetry.redis_took = REDIS_SECONDS.observe
    telemetry.tap_counted = TAPS.inc


def _count(metric: Counter, label: str) -> None:
    child(metric, label).inc()


def count_total(kind: str) -> None:
    """Count a total that was confirmed, by its kind of counter."""
    child(TOTALS, kind).inc()


def note_ready(part: str, is_ready: bool) -> None:  # noqa: FBT001 - the figure itself
    """Note whether a part can be reached."""
    child(READY, part).set(is_ready)


def watch(engine: AsyncEngine) -> None:
    """Measure a database from now on."""
    pool = engine.sync_engine.pool

    @event.listens_for(pool, "connect")
    def connected(_connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        DATABASE_CONNECTIONS.inc()

    @event.listens_for(pool, "close")
    def closed(_connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        DATABASE_CONNECTIONS.dec()

    @event.listens_for(pool, "checkout")
    def begun(_connection: DBAPIConnection, entry: ConnectionPoolEntry, _proxy: object) -> None:
        entry.info["begun"] = time.perf_counter()

    @event.listens_for(pool, "checkin")
    def ended(_connection: DBAPIConnection | None, entry: ConnectionPoolEntry) -> None:
        # Not there where the connection was lost.
        if begun := entry.info.pop("begun", None):
            DATABASE_SECONDS.observe(time.perf_counter() - begun)


class _Processes(Collector):
    """CPU, memory and open files of each worker."""

    def collect(self) -> Iterator[Metric]:
        """Read them; see `Collector`."""
        families: dict[str, Metric] = {}
        for pid in _workers():
            for family in ProcessCollector(pid=partial(int, pid), registry=None).collect():
                known = families.setdefault(
                    family.name, Metric(family.name, family.documentation, family.type)
                )
                for sample in family.samples:
                    known.add_sample(sample.name, {"pid": str(pid)}, sample.value)
        yield from families.values()


def _workers() -> Iterable[int]:
    """Give the processes that share a folder."""
    if FOLDER in os.environ:
        return sorted(living(Path(os.environ[FOLDER])).values())
    return [os.getpid()]


class _Shared(Collector):
    """What the workers that share a folder have written there."""

    def collect(self) -> Iterable[Metric]:
        """Read it; see `Collector`."""
        merged: Iterable[Metric] = MultiProcessCollector.merge(
            files_that_count(Path(os.environ[FOLDER]))
        )
        return merged


def exposition() -> bytes:
    """Give all figures of this process, or of all workers, in Prometheus' text format."""
    registry = CollectorRegistry()
    registry.register(_Processes())
    if FOLDER in os.environ:
        registry.register(_Shared())
        return generate_latest(registry)
    return generate_latest(_registry) + generate_latest(registry)
