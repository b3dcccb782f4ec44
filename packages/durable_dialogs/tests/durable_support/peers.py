"""Workers that know each other, and pass updates on over real sockets."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from redis.asyncio import Redis

from durable_dialogs.redis.batch import Batch
from durable_dialogs.state.keys import BotKeys
from durable_dialogs.tasks import finish, start
from durable_dialogs.workers.ownership import Ownership
from durable_dialogs.workers.peers import Peers
from durable_dialogs.workers.registry import WorkerRegistry

KEYS = BotKeys(42)
CHATS = [str(chat) for chat in range(1000)]


class Worker:
    """A worker that answers an update with its own name, as soon as it may.

    Attributes:
        registry: Its view of the live workers.
        peers: Passes updates on.
        taken: The updates that it has taken from others.
        may_answer: Set as long as it answers.
    """

    def __init__(self, redis: Redis, listen: str = "unix", key: bytes = b"key") -> None:
        self.registry = WorkerRegistry(redis, Batch(redis), KEYS)
        self.peers = Peers(self.registry, key, listen)
        self.taken: list[bytes] = []
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.ownership = Ownership(self.registry)

    @property
    def name(self) -> str:
        """Its name."""
        return self.registry.worker

    @property
    def socket(self) -> Path:
        """Its socket."""
        return Path(self.registry.address.removeprefix("unix:"))

    async def carry_out(self, body: bytes) -> bytes:
        """Carry out an update of another worker."""
        self.taken.append(body)
        await self.may_answer.wait()
        if body == b"wrong":
            raise ValueError(body)
        return self.name.encode() + b" " + body

    def begin(self) -> None:
        """Take updates of others from now on."""
        self._job = start(self.peers.run(self.carry_out), awaited=True)

    async def stop(self, within: float = 1) -> None:
        """Stop as a bot does."""
        await finish([self._job], 0)
        await self.peers.close(within)

    def chat_of(self, other: "Worker") -> str:
        """Return a chat that another worker owns."""
        return next(chat for chat in CHATS if self.ownership.owner_of(chat) == other.name)


Run = Callable[..., Awaitable[Worker]]


@asynccontextmanager
async def running(redis: Redis) -> AsyncIterator[Run]:
    """Give a function that runs a worker, which all that run know then."""
    workers: list[Worker] = []

    async def run(listen: str = "unix", key: bytes = b"key") -> Worker:
        worker = Worker(redis, listen, key)
        worker.begin()
        workers.append(worker)
        for each in workers * 2:
            await each.registry.gone([])
        return worker

    yield run
    for worker in workers:
        await worker.stop(0)
