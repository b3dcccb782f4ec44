"""Two workers on a cluster and PostgreSQL, while each part fails in turn.

TALLY_KILLS sets the number of failures, TALLY_SEED their order and moments.
"""

import asyncio
import random
import signal
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from db.engine import create_engine
from telegram_playground import Message, Person, Playground
from tests.promises.test_kills import KILLS
from tests.redis.test_failover import chat_of, fail_over
from tests.support import postgres
from tests.support.clusters import TallyCluster
from tests.support.dice import dice
from tests.support.nursery import START
from tests.support.presses import AGAIN
from tests.support.tally import Tally
from tests.support.tapping import begin, begin_together
from tests.support.workers import working

pytestmark = pytest.mark.soak

ROUNDS = max(1, KILLS // 10)
REFUSAL = str(AGAIN.text)

Row = tuple[str | None, int]
"""The label and the value of a total."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The parts that fail.

    Attributes:
        cluster: The cluster.
        database: The database's server.
        workers: The workers.
        chats: The prefixes of the keys of chats in which people tap.
        throw: Chooses what fails, and when.
    """

    cluster: TallyCluster
    database: postgres.Postgres
    workers: list[Tally]
    chats: list[str]
    throw: random.Random

    async def lose_a_worker(self) -> None:
        """Kill a worker, and start it again."""
        worker = self.throw.choice(self.workers)
        await worker.kill()
        await asyncio.sleep(self.throw.uniform(0, 1))
        await worker.start()

    async def lose_a_master(self) -> None:
        """Kill a master, have its replica take over, and start it again."""
        await fail_over(self.cluster, self.throw.choice(self.chats))

    async def lose_the_database(self) -> None:
        """Restart PostgreSQL, which ends all connections."""
        await asyncio.to_thread(self.database.stop, signal.SIGINT)
        await asyncio.sleep(self.throw.uniform(0, 3))
        await asyncio.to_thread(self.database.start)


class Confirming:
    """A person who opens counters, taps each once and confirms it, until `finish`.

    Args:
        person: The person.
    """

    def __init__(self, person: Person) -> None:
        self.person = person
        self.labels: list[str] = []
        self._over = asyncio.Event()
        self._task = asyncio.create_task(self._run())

    async def finish(self) -> list[str]:
        """Stop; give the names of the confirmed counters."""
        self._over.set()
        await self._task
        return self.labels

    async def _run(self) -> None:
        number = 0
        while not self._over.is_set():
            number += 1
            label = f"c{number}"
            if await self._open(label):
                await self._press(label, "+1")
                await self._press(label, "Confirm")
                self.labels.append(label)

    async def _open(self, label: str) -> bool:
        """Open a counter; return False if the bot refused."""
        refusals = len(await self._find(REFUSAL))
        await self.person.send(f"/numbers {label}")
        async with asyncio.timeout(START):
            while not await self._find(label):
                if len(await self._find(REFUSAL)) > refusals:
                    return False
                await asyncio.sleep(0.02)
        return True

    async def _press(self, label: str, button: str) -> None:
        counter, *_ = await self._find(label)
        while (answer := await self.person.press(counter, button, timeout=START)) == AGAIN:
            pass
        assert answer is not None

    async def _find(self, line: str) -> list[Message]:
        """Give the messages that begin with a line."""
        messages = await self.person.messages()
        return [each for each in messages if (each.text or "").partition("\n")[0] == line]


async def saved(database: postgres.Postgres, user_id: int, count: int) -> list[Row]:
    """Wait until a person has at least `count` totals; give them."""
    engine = create_engine(database.url)
    query = text("SELECT label, value FROM totals WHERE user_id = :user_id")
    rows: Sequence[Any] = []
    async with asyncio.timeout(START):
        while len(rows) < count:
            async with engine.connect() as connection:
                rows = (await connection.execute(query, {"user_id": user_id})).all()
            await asyncio.sleep(0.02)
    await engine.dispose()
    return sorted((row.label, row.value) for row in rows)


async def test_nothing_is_lost_or_counted_twice_while_each_part_fails(
    playground: Playground, cluster: TallyCluster, folder: Path
) -> None:
    throw = dice()
    with postgres.running(postgres.required()) as database:
        urls, settings = [cluster.url] * 2, {"DATABASE_URL": database.url, "REDIS_WAIT": "1"}
        async with working(playground, folder, urls, patience=START, **settings) as running:
            tappings = await begin(playground, 5)
            together = await begin_together(playground, 3)
            confirming = [Confirming(await playground.person(f"C{n}")) for n in range(4)]
            around = Surroundings(
                cluster,
                database,
                [tally for tally, _ in running],
                [chat_of(playground, tapping.person) for tapping in tappings],
                throw,
            )
            for _ in range(ROUNDS):
                mishaps: list[Callable[[], Awaitable[None]]] = [
                    around.lose_a_worker,
                    around.lose_a_master,
                    around.lose_the_database,
                ]
                for mishap in throw.sample(mishaps, len(mishaps)):
                    for tapping in tappings + together:
                        await tapping.until_counted(5)
                    await mishap()
            expected: dict[int, list[Row]] = {}
            for tapping in tappings:
                expected[tapping.person.id] = [(None, await tapping.finish())]
            first, *others = together
            expected[first.person.id] = [(None, await first.finish(*others))]
            for each in confirming:
                expected[each.person.id] = sorted((label, 1) for label in await each.finish())
            await playground.until_pending(0, timeout=START)
            for user_id, rows in expected.items():
                assert await saved(database, user_id, len(rows)) == rows
