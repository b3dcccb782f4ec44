"""Several workers on one machine: started, started again when they die, replaced, ended.

A worker is a process of its own, `main.py --worker N` (ops/worker_process.py), which shares Redis,
the database, the port and a folder of figures with the others.
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
from ops.metrics_files import FIGURES, FOLDER, figures_folder
from ops.worker_process import DiedError, Worker

MOST = 64
"""Workers at most; each has some 250 MB and its connections to Redis and the database."""
LASTING = 5.0
"""Seconds; who dies sooner once it serves is started again after a pause, as if it had not."""
PAUSE, LONGEST = 1.0, 30.0
"""Seconds of the first pause, which doubles each time, up to the longest."""
DOUBLED = 10
"""How often a pause is doubled, by when it is the longest anyway."""
TRIES = 5
"""Starts that may fail before it is given up, where no worker has ever served."""

log = structlog.get_logger(__name__)


class WorkerSlot:
    """One of the workers, whichever process it is at the moment.

    Args:
        number: Which one, from 1 on.
        count: How many there are.
        environment: The environment of its process.
        others: All of them, this one included.
        database: The file of the database, if that is SQLite.
    """

    def __init__(
        self,
        number: int,
        count: int,
        environment: Mapping[str, str],
        others: Sequence["WorkerSlot"],
        database: DatabaseFile | None = None,
    ) -> None:
        self._database = database
        self._number = number
        # While one makes way for the other, two processes must not write to the same figures.
        self._figures = deque((number, count + number))
        self._environment = environment
        self._others = others
        self._worker: Worker | None = None
        self._former: Worker | None = None
        self._turn = asyncio.Lock()
        self._failed = 0
        self.has_served = False

    @property
    def serves(self) -> bool:
        """Whether its worker serves."""
        return self._worker is not None

    async def keep(self) -> None:
        """Have its worker run, again whenever it has died, until cancelled.

        Raises:
            Fault: It can't start, and no other serves, either.
        """
        while True:
            if await self._live() >= LASTING:
                self._failed = 0
                continue
            self._failed += 1
            await asyncio.sleep(min(LONGEST, PAUSE * 2 ** min(self._failed - 1, DOUBLED)))

    async def renew(self) -> bool:
        """Put a new process in place of its worker's, which ends once the new one serves.

        Returns:
            Whether that was done; otherwise the former goes on.
        """
        async with self._turn:
            try:
                self._figures.rotate()
                worker = await self._start()
            except (OperatorError, DiedError) as error:
                self._figures.rotate()
                log.error("worker_not_replaced", worker=self._number, error=str(error))  # noqa: TRY400 - no fault of ours
                return False
            self._former, self._worker = self._worker, worker
        if self._former:
            await self._former.end()
            self._former = None
        log.info("worker_replaced", worker=self._number)
        return True

    async def end(self) -> None:
        """End its worker, and a former one that has not ended yet."""
        workers = [worker for worker in (self._former, self._worker) if worker]
        await asyncio.gather(*(worker.end() for worker in workers))

    async def _start(self) -> Worker:
        environment = {**self._environment, FIGURES: str(self._figures[0])}
        if self._database:
            # It would make a new database, and save where the others don't.
            try:
                self._database.check()
            except FileLostError as error:
                raise DiedError(str(error)) from error
        worker = await Worker.start(self._number, environment)
        self.has_served = True
        if self._database:
            with suppress(OSError):  # gone since; the worker says so
                self._database.pin()
        return worker

    async def _live(self) -> float:
        """Start its worker, and wait until that, and whichever replaces it, has died.

        Returns:
            Seconds for which it served.
        """
        try:
            async with self._turn:
                if self._worker is None:
                    self._worker = await self._start()
        except OperatorError as fault:
            if not any(place.serves for place in self._others):
                raise
            log.error("worker_not_started", worker=self._number, error=str(fault))  # noqa: TRY400 - likewise
        except DiedError as error:
            log.error("worker_died", worker=self._number, error=str(error))  # noqa: TRY400 - likewise
            if self._failed + 1 >= TRIES and not any(place.has_served for place in self._others):
                raise OperatorError(f"--workers: none starts, the last one: {error}") from error
        time = asyncio.get_running_loop().time
        begin = time()
        while worker := self._worker:
            status = await worker.wait()
            if worker is self._worker:
                self._worker = None
                log.error("worker_died", worker=self._number, error=f"exit status {status}")
        return time() - begin


def check_several(settings: Deployment) -> None:
    """Make sure that there can be several workers by these settings.

    Raises:
        Fault: There can't.
    """
    if settings.webhook_url is None:
        raise OperatorError(
            "--workers: several need a webhook, since only one can poll: set WEBHOOK_URL"
        )
    if settings.bot_token is None:
        raise OperatorError("--workers: several need a BOT_TOKEN; the playground is one process")


async def supervise(settings: Deployment, count: int) -> None:
    """Run several workers until SIGINT or SIGTERM; SIGHUP replaces one after the other.

    Args:
        settings: The settings, which the workers read for themselves.
        count: How many.

    Raises:
        Fault: They can't start.
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
        places: list[WorkerSlot] = []
        for number in range(1, count + 1):
            places.append(WorkerSlot(number, count, environment, places, file))
        jobs = [stop.wait(), _renew(renew, places), *(place.keep() for place in places)]
        tasks = [start(job, awaited=True) for job in jobs]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
            log.info("stopping")
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, *(place.end() for place in places), return_exceptions=True)


async def _environment(settings: Deployment, parts: AsyncExitStack) -> dict[str, str]:
    """Give the environment of the workers, with what is theirs in common."""
    environment = os.environ | {FOLDER: parts.enter_context(figures_folder())}
    if settings.redis_url is None:
        valkey = EmbeddedValkey(settings.data_dir / "valkey")
        try:
            await valkey.start()
        except ValkeyStartError as error:
            raise OperatorError(f"the embedded Valkey does not start: {error}") from error
        parts.push_async_callback(valkey.stop)
        environment["REDIS_URL"] = valkey.url
    return environment


async def _renew(wanted: asyncio.Event, places: list[WorkerSlot]) -> None:
    """Replace the workers one after the other, whenever that is wanted."""
    while True:
        await wanted.wait()
        wanted.clear()
        for place in places:
            if not await place.renew():
                break
