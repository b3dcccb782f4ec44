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

from durable_dialogs.metrics import FAST, measure
from ops.metrics_files import FOLDER, begin_files, files_to_add_up, living

SLOW = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
"""Buckets in seconds, for what may wait for Telegram."""


if FOLDER in os.environ:
    _number = begin_files(Path(os.environ[FOLDER]))
    value_classes.ValueClass = value_classes.MultiProcessValue(lambda: _number)

# They tell when a metric was created, which is of no use here and doubles the output.
disable_created_metrics()

_registry = CollectorRegistry()
measure(_registry, "tally")  # what the engine measures
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
TAPS = _counter("taps", "Taps that counted")
TOTALS = _counter("totals", "Totals that were confirmed, by kind of counter", ["kind"])
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
