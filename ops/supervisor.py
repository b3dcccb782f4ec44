"""Runs several workers on one machine: starts, restarts, replaces and ends them.

A worker is a process of its own, `main.py --worker N` (ops/worker_process.py). It shares Redis, the
database, the port and the folder of metrics with the others.
"""

import asyncio
import os
import signal
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack, suppress

import structlog

from db.address import sqlite_file
from db.file import DatabaseFile, FileLostError
from durable_dialogs.redis.embedded_valkey import EmbeddedValkey, ValkeyStartError
from durable_dialogs.tasks import start
from ops.deployment import Deployment
from ops.errors import OperatorError
from ops.metrics_files import FOLDER, NUMBER, metrics_folder
from ops.worker_process import DiedError, Worker

MOST = 64
"""The maximum number of workers. Each takes some 250 MB and connections to Redis and database."""
LASTING = 5.0
"""Seconds. A worker that dies sooner after it began to serve counts as a failed start."""
PAUSE = 1.0
"""Seconds before the first restart after a failed start; the pause doubles each time."""
LONGEST = 30.0
"""Seconds of the longest pause."""
DOUBLED = 10
"""How many times the pause doubles at most, so that the number stays small."""
TRIES = 5
"""Failed starts in a row after which the supervisor gives up, if no worker has ever served."""

log = structlog.get_logger(__name__)


class WorkerSlot:
    """Keeps one of the workers running, in one process after the other.

    Args:
        number: The number of the worker, from 1 on.
        count: How many workers there are.
        environment: The environment of its process.
        slots: The slots of all workers, this one included.
        database: The file of the database, if that is SQLite.
    """

    def __init__(
        self,
        number: int,
        count: int,
        environment: Mapping[str, str],
        slots: Sequence["WorkerSlot"],
        database: DatabaseFile | None = None,
    ) -> None:
        self._database = database
        self._number = number
        # Two numbers of metrics files: while a new process takes over, both write.
        self._file_numbers = deque((number, count + number))
        self._environment = environment
        self._slots = slots
        self._worker: Worker | None = None
        self._former: Worker | None = None
        self._starting = asyncio.Lock()
        self._failed = 0
        self.has_served = False

    @property
    def serves(self) -> bool:
        """Whether its worker serves."""
        return self._worker is not None

    async def keep(self) -> None:
        """Run the worker, and restart it each time it dies, until cancelled.

        Raises:
            OperatorError: It can't start, and no other worker serves either.
        """
        while True:
            if await self._run_worker() >= LASTING:
                self._failed = 0
                continue
            self._failed += 1
            await asyncio.sleep(min(LONGEST, PAUSE * 2 ** min(self._failed - 1, DOUBLED)))

    async def renew(self) -> bool:
        """Start a new process; end the former one as soon as the new one serves.

        Returns:
            Whether the worker was replaced. If not, the former process goes on.
        """
        async with self._starting:
            try:
                self._file_numbers.rotate()
                worker = await self._start()
            except (OperatorError, DiedError) as error:
                self._file_numbers.rotate()
                self._report("worker_not_replaced", str(error))
                return False
            self._former, self._worker = self._worker, worker
        if self._former:
            await self._former.end()
            self._former = None
        log.info("worker_replaced", worker=self._number)
        return True

    async def end(self) -> None:
        """End the worker, and a former process that still runs."""
        workers = [worker for worker in (self._former, self._worker) if worker]
        await asyncio.gather(*(worker.end() for worker in workers))

    async def _start(self) -> Worker:
        environment = {**self._environment, NUMBER: str(self._file_numbers[0])}
        if self._database:
            # If the file is gone, the worker would make a new one, and save apart from the others.
            try:
                self._database.check()
            except FileLostError as error:
                raise DiedError(str(error)) from error
        worker = await Worker.start(self._number, environment)
        self.has_served = True
        if self._database:
            with suppress(OSError):  # the file is gone by now; the worker reports it
                self._database.pin()
        return worker

    async def _run_worker(self) -> float:
        """Start the worker, and wait until it dies, and each process that has replaced it.

        Returns:
            Seconds for which it served.
        """
        try:
            async with self._starting:
                if self._worker is None:
                    self._worker = await self._start()
        except OperatorError as fault:
            if not any(slot.serves for slot in self._slots):
                raise
            self._report("worker_not_started", str(fault))
        except DiedError as error:
            self._report("worker_died", str(error))
            if self._failed + 1 >= TRIES and not any(slot.has_served for slot in self._slots):
                raise OperatorError(
                    f"--workers: no worker starts; the last error: {error}"
                ) from error
        time = asyncio.get_running_loop().time
        begin = time()
        while worker := self._worker:
            status = await worker.wait()
            if worker is self._worker:
                self._worker = None
                self._report("worker_died", f"exit status {status}")
        return time() - begin

    def _report(self, event: str, error: str) -> None:
        # Without a traceback, because ours tells nothing of what happened in the worker.
        log.error(event, worker=self._number, error=error)


def check_several(settings: Deployment) -> None:
    """Check that these settings allow several workers.

    Raises:
        OperatorError: They don't.
    """
    if settings.webhook_url is None:
        raise OperatorError(
            "--workers: several workers need a webhook, because only one process can poll: "
            "set WEBHOOK_URL"
        )
    if settings.bot_token is None:
        raise OperatorError(
            "--workers: several workers need a BOT_TOKEN, because the playground is one process"
        )


async def supervise(settings: Deployment, count: int) -> None:
    """Run several workers until SIGINT or SIGTERM; on SIGHUP replace them one after the other.

    Args:
        settings: The settings. Each worker reads them again.
        count: How many workers.

    Raises:
        OperatorError: They can't start.
    """
    stop, renew = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    for end in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(end, stop.set)
    loop.add_signal_handler(signal.SIGHUP, renew.set)
    async with AsyncExitStack() as parts:
        environment = await _environment(settings, parts)
        database = sqlite_file(settings.database)
        file = DatabaseFile(database) if database else None
        slots: list[WorkerSlot] = []
        for number in range(1, count + 1):
            slots.append(WorkerSlot(number, count, environment, slots, file))
        jobs = [stop.wait(), _renew(renew, slots), *(slot.keep() for slot in slots)]
        tasks = [start(job, awaited=True) for job in jobs]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
            log.info("stopping")
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, *(slot.end() for slot in slots), return_exceptions=True)


async def _environment(settings: Deployment, parts: AsyncExitStack) -> dict[str, str]:
    """Give the environment of the workers, with the metrics folder and Redis that they share."""
    environment = os.environ | {FOLDER: parts.enter_context(metrics_folder())}
    if settings.redis_url is None:
        valkey = EmbeddedValkey(settings.data_dir / "valkey")
        try:
            await valkey.start()
        except ValkeyStartError as error:
            raise OperatorError(f"the embedded Valkey does not start: {error}") from error
        parts.push_async_callback(valkey.stop)
        environment["REDIS_URL"] = valkey.url
    return environment


async def _renew(wanted: asyncio.Event, slots: list[WorkerSlot]) -> None:
    """Replace the workers one after the other each time the event is set; stop at a failure."""
    while True:
        await wanted.wait()
        wanted.clear()
        for slot in slots:
            if not await slot.renew():
                break
