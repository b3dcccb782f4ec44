"""Several workers on one machine: started, started again when they die, replaced, ended.

A worker is a process of its own, `main.py --worker N`, which shares Redis, the database and
the port with the others. Two pipes tie it to its parent: its standard input ends when the
parent does, however that ends; on its standard output it says that it serves, or why it can't.
"""

import asyncio
import os
import signal
import sys
import tempfile
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Self

import structlog

from config import Settings
from faults import STATUS, Fault
from fsm.valkey import EmbeddedValkey, ValkeyStartError

MOST = 64
"""Workers at most; each has some 250 MB and its connections to Redis and the database."""
STOP = 8.0
"""Seconds that workers have to end; whoever stops a service waits for ten."""
AT_ONCE = 5.0
"""Seconds; who dies sooner is started again after a pause only, and"""
PAUSE = 1.0
"""seconds of it."""

MAIN = Path(__file__).with_name("main.py")
STARTED = b"started\n"

log = structlog.get_logger(__name__)


class Parent:
    """What has started this process as a worker."""

    def on_end(self, call: Callable[[], object]) -> None:
        """Call something when the parent has ended, also if it was killed."""
        loop, pipe = asyncio.get_running_loop(), sys.stdin.fileno()

        def ended() -> None:
            loop.remove_reader(pipe)
            call()

        # Nothing is ever written there, so what can be read is the end.
        loop.add_reader(pipe, ended)

    def say_started(self) -> None:
        """Say that this worker serves."""
        with suppress(BrokenPipeError):
            os.write(sys.stdout.fileno(), STARTED)


class DiedError(Exception):
    """A worker has died before it served."""


class Worker:
    """A process of the bot.

    Args:
        process: The process.
    """

    def __init__(self, process: Process) -> None:
        self._process = process

    @classmethod
    async def start(cls, number: int, environment: Mapping[str, str]) -> Self:
        """Start a worker, and wait until it serves.

        Args:
            number: Which of the workers it is, from 1 on.
            environment: Its environment, whole.

        Raises:
            Fault: It can't start, for a reason that a person has to mend.
            DiedError: It has died.
        """
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, str(MAIN), "--worker", str(number)),
            env=environment,
            stdin=PIPE,
            stdout=PIPE,
            # A terminal's Ctrl-C is the parent's to hear, which tells the others.
            start_new_session=True,
        )
        worker = cls(process)
        try:
            await worker._until_started()
        except BaseException:
            await worker.end()
            raise
        return worker

    async def _until_started(self) -> None:
        assert self._process.stdout  # noqa: S101 - for the type checker: it is a pipe
        said = await self._process.stdout.readline()
        if said == STARTED:
            return
        said += await self._process.stdout.read()
        status = await self._process.wait()
        if status == STATUS:
            raise Fault(said.decode().strip())
        raise DiedError(f"exit status {status}")

    async def wait(self) -> int:
        """Wait for its end, and give its exit status."""
        return await self._process.wait()

    async def end(self) -> None:
        """End it, by force if it takes longer than `STOP`."""
        with suppress(ProcessLookupError):
            self._process.terminate()
        try:
            async with asyncio.timeout(STOP):
                await self._process.wait()
        except TimeoutError:
            log.warning("worker_killed", process=self._process.pid)
            self._process.kill()
            await self._process.wait()


class Place:
    """One of the workers, whichever process it is at the moment.

    Args:
        number: Which one, from 1 on.
        environment: The environment of its process.
        is_alone: Tells whether no worker serves.
    """

    def __init__(
        self, number: int, environment: Mapping[str, str], is_alone: Callable[[], bool]
    ) -> None:
        self._number = number
        self._environment = environment
        self._is_alone = is_alone
        self._worker: Worker | None = None
        self._former: Worker | None = None
        self._turn = asyncio.Lock()

    @property
    def serves(self) -> bool:
        """Whether its worker serves."""
        return self._worker is not None

    async def keep(self) -> None:
        """Have its worker run, again whenever it has died, until cancelled.

        Raises:
            Fault: It can't start, and no other serves, either.
        """
        time = asyncio.get_running_loop().time
        while True:
            begin = time()
            await self._live()
            if time() - begin < AT_ONCE:
                await asyncio.sleep(PAUSE)

    async def renew(self) -> bool:
        """Put a new process in place of its worker's, which ends once the new one serves.

        Returns:
            Whether that was done; otherwise the former goes on.
        """
        async with self._turn:
            try:
                worker = await Worker.start(self._number, self._environment)
            except (Fault, DiedError) as error:
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

    async def _live(self) -> None:
        try:
            async with self._turn:
                if self._worker is None:
                    self._worker = await Worker.start(self._number, self._environment)
        except Fault as fault:
            if self._is_alone():
                raise
            log.error("worker_not_started", worker=self._number, error=str(fault))  # noqa: TRY400 - likewise
        except DiedError as error:
            log.error("worker_died", worker=self._number, error=str(error))  # noqa: TRY400 - likewise
        while worker := self._worker:
            status = await worker.wait()
            if worker is self._worker:  # else another one has taken its place
                self._worker = None
                log.error("worker_died", worker=self._number, error=f"exit status {status}")


async def supervise(settings: Settings, count: int) -> None:
    """Run several workers until SIGINT or SIGTERM; SIGHUP replaces one after the other.

    Args:
        settings: The settings, which the workers read for themselves.
        count: How many.

    Raises:
        Fault: They can't be several, or can't start.
    """
    if settings.webhook_url is None:
        raise Fault("--workers: several need a webhook, since only one can poll: set WEBHOOK_URL")
    if settings.bot_token is None:
        raise Fault("--workers: several need a BOT_TOKEN; the playground is one process")
    stop, renew = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    for end in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(end, stop.set)
    loop.add_signal_handler(signal.SIGHUP, renew.set)
    async with AsyncExitStack() as parts:
        environment = await _environment(settings, parts)
        places: list[Place] = []
        for number in range(1, count + 1):
            places.append(
                Place(number, environment, lambda: not any(place.serves for place in places))
            )
        jobs = [stop.wait(), _renew(renew, places), *(place.keep() for place in places)]
        tasks = [asyncio.ensure_future(job) for job in jobs]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
            log.info("stopping")
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, *(place.end() for place in places), return_exceptions=True)


async def _environment(settings: Settings, parts: AsyncExitStack) -> dict[str, str]:
    """Give the environment of the workers, with what is theirs in common."""
    metrics = parts.enter_context(tempfile.TemporaryDirectory(prefix="tally-metrics-"))
    environment = os.environ | {"PROMETHEUS_MULTIPROC_DIR": metrics}
    if settings.redis_url is None:
        valkey = EmbeddedValkey(settings.data_dir / "valkey")
        try:
            await valkey.start()
        except ValkeyStartError as error:
            raise Fault(f"the embedded Valkey does not start: {error}") from error
        parts.push_async_callback(valkey.stop)
        environment["REDIS_URL"] = valkey.url
    return environment


async def _renew(wanted: asyncio.Event, places: list[Place]) -> None:
    """Replace the workers one after the other, whenever that is wanted."""
    while True:
        await wanted.wait()
        wanted.clear()
        for place in places:
            if not await place.renew():
                break
