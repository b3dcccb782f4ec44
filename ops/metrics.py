"""The metrics for Prometheus; docs/metrics.md explains each.

Each process has its own metrics. Workers that share a port write theirs into files in one folder,
PROMETHEUS_MULTIPROC_DIR, and the worker that Prometheus asks adds them up. The variable must be set
before this module is loaded, and the folder must be empty at first.
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
from ops.metrics_files import FOLDER, begin_files, files_to_add_up, living

FAST = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
"""Buckets in seconds, for Redis and the database."""
SLOW = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
"""Buckets in seconds, for what may wait for Telegram."""


if FOLDER in os.environ:
    _number = begin_files(Path(os.environ[FOLDER]))
    value_classes.ValueClass = value_classes.MultiProcessValue(lambda: _number)

# They tell when a metric was created, which is of no use here and doubles the output.
disable_created_metrics()

_registry = CollectorRegistry()
_counter = partial(Counter, namespace="tally", registry=_registry)
_gauge = partial(Gauge, namespace="tally", registry=_registry)
_histogram = partial(Histogram, namespace="tally", registry=_registry)

UPDATES = _counter("updates", "Updates, by kind and outcome", ["kind", "outcome"])
UPDATE_SECONDS = _histogram(
    "update_duration_seconds",
    "From an update to its answer and the other calls that it makes",
    ["kind"],
    buckets=SLOW,
)
UNREADABLE = _counter(
    "updates_unreadable", "Updates that could not be read in full, by outcome", ["outcome"]
)
PASSED_ON = _counter(
    "updates_passed_on", "Updates passed on to the owners of their chats, by outcome", ["outcome"]
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
    "When Telegram last failed to post an update",
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
    """Give the child of a metric for these labels, cached, because `labels()` is slow.

    Args:
        metric: The metric.
        labels: The values of all its labels. Only words of the code, never ids or texts.
    """
    return metric.labels(*labels)


def begin(metric: Counter | Histogram, *labels: Iterable[str]) -> None:
    """Create the children of a metric at 0, because Prometheus sees no increase from nothing to 1.

    Args:
        metric: The metric.
        labels: For each label all values that it can have.
    """
    for values in product(*labels):
        child(metric, *values)


def measure_dialogs(telemetry: Telemetry) -> None:
    """Connect the metrics to the engine."""
    begin(REDONE, ("conflict", "unclear", "away", "failure", "question"))
    begin(PASSED_ON, ("answered", "returned"))
    begin(UNREADABLE, ("reduced", "answered", "discarded", "set_aside", "dropped"))
    begin(DRAWINGS, Drawn)
    begin(DELIVERIES, ("delivered", "failed", "undeliverable"))
    begin(TELEGRAM_FAILURES, ("throttled", "away", "expected", "refused", "unreadable"))
    telemetry.update_redone = partial(_count, REDONE)
    telemetry.update_passed_on = partial(_count, PASSED_ON)
    telemetry.update_unreadable = partial(_count, UNREADABLE)
    telemetry.inbox_updates = INBOX.set
    telemetry.clock_skew = CLOCK_SKEW.set
    telemetry.edit_done = partial(_count, DRAWINGS)
    telemetry.edits_waiting = DRAWINGS_WAITING.inc
    telemetry.entry_tried = partial(_count, DELIVERIES)
    telemetry.outbox_waiting = OUTBOX_WAITING.set
    telemetry.telegram_failed = partial(_count, TELEGRAM_FAILURES)
    telemetry.redis_took = REDIS_SECONDS.observe
    telemetry.webhook_lost = WEBHOOK_LOST.inc
    telemetry.webhook_pending = WEBHOOK_PENDING.set
    telemetry.webhook_failed = WEBHOOK_FAILED.set


def _count(metric: Counter, label: str) -> None:
    child(metric, label).inc()


def count_total(kind: str) -> None:
    """Count a total that was confirmed, by its kind of counter."""
    child(TOTALS, kind).inc()


def note_ready(part: str, *, is_ready: bool) -> None:
    """Set whether a part can be reached."""
    child(READY, part).set(is_ready)


def watch(engine: AsyncEngine) -> None:
    """Measure the connections and transactions of a database."""
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
        # Missing if the connection was lost.
        if begun := entry.info.pop("begun", None):
            DATABASE_SECONDS.observe(time.perf_counter() - begun)


class _Processes(Collector):
    """Collects CPU, memory and open files of each worker."""

    def collect(self) -> Iterator[Metric]:
        """Read them from /proc; see `Collector`."""
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
    """Give the ids of the processes that share the folder, or that of this one alone."""
    if FOLDER in os.environ:
        return sorted(living(Path(os.environ[FOLDER])).values())
    return [os.getpid()]


class _Shared(Collector):
    """Collects the metrics of all workers from their files."""

    def collect(self) -> Iterable[Metric]:
        """Add the files up; see `Collector`."""
        merged: Iterable[Metric] = MultiProcessCollector.merge(
            files_to_add_up(Path(os.environ[FOLDER]))
        )
        return merged


def exposition() -> bytes:
    """Give all metrics of this process, or of all workers, in Prometheus' text format."""
    registry = CollectorRegistry()
    registry.register(_Processes())
    if FOLDER in os.environ:
        registry.register(_Shared())
        return generate_latest(registry)
    return generate_latest(_registry) + generate_latest(registry)
