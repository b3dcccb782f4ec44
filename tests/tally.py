"""The bot as people run it: a process, started, killed and started again."""

import asyncio
import json
import os
import secrets
import signal
import sqlite3
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self, cast

from redis.asyncio import Redis
from redis.exceptions import RedisError

from db.engine import create_engine
from db.models import Kind
from db.sessions import Sessions
from db.totals import NewTotal, Totals
from fsm.valkey import EmbeddedValkey
from playground import Message, Person
from tests.nursery import ROOT, Process, start_bot

DAY = 24 * 60 * 60
START = 60.0
"""Seconds that a start may take on a busy machine."""


class Tally:
    """`python main.py` with settings of its own.

    Args:
        data: Its data folder.
        arguments: What its command line says.
        settings: Further settings, by their names in the environment.
    """

    def __init__(self, data: Path, *arguments: str, **settings: str) -> None:
        self.data = data
        self.arguments = arguments
        self.settings = {"DATA_DIR": str(data), "LOG_FORMAT": "json", **settings}
        self.log = data.parent / "tally.log"
        self._process: Process | None = None

    async def start(self, processes: int = 1) -> Self:
        """Start it and wait until it serves, by so many processes."""
        seen = self._count("started")
        await self.begin()
        await self.until_logged("started", times=seen + processes)
        return self

    async def begin(self) -> None:
        """Start it, and wait for nothing."""
        self._process = await start_bot(
            self.data.parent, self.arguments, self._environment, self.log
        )

    def logged(self) -> list[dict[str, Any]]:
        """Read what it has logged."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return [json.loads(line) for line in lines if line.startswith("{")]

    async def until_logged(self, *events: str, times: int = 1) -> None:
        """Wait until it has logged one of these events so many times."""
        assert self._process is not None
        async with asyncio.timeout(START):
            while self._count(*events) < times:
                assert self._process.returncode is None, self.log.read_text()
                await asyncio.sleep(0.02)

    @asynccontextmanager
    async def logging(self, *events: str, times: int = 1) -> AsyncIterator[None]:
        """Wait at the end until it has logged one of these events, so many times meanwhile."""
        before = self._count(*events)
        yield
        async with asyncio.timeout(START):
            while self._count(*events) < before + times:
                await asyncio.sleep(0.02)

    def _count(self, *events: str) -> int:
        return sum(line["event"] in events for line in self.logged())

    async def kill(self) -> None:
        """Kill it with SIGKILL: it can do nothing more."""
        await self._end(signal.SIGKILL)

    def send_signal(self, number: signal.Signals) -> None:
        """Send its process a signal."""
        assert self._process is not None
        self._process.send_signal(number)

    async def wait(self) -> int:
        """Wait for its end, and give its exit status."""
        assert self._process is not None
        async with asyncio.timeout(START):
            return await self._process.wait()

    async def stop(self) -> int:
        """End it as a service manager does, by SIGTERM, and give its exit status."""
        return await self._end(signal.SIGTERM)

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Have it do nothing at all meanwhile, as a machine that swaps or a debugger does."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    async def clean_up(self) -> None:
        """End it, and a Valkey that a killed one has left running."""
        if self._process and self._process.returncode is None:
            await self.stop()
        await EmbeddedValkey(self.data / "valkey").stop()

    def totals(self, person: Person) -> list[dict[str, Any]]:
        """Read a person's totals in the database, newest first."""
        return self._rows("totals", person)

    def known(self, user_id: int) -> str | None:
        """Read the first name by which the database knows a person, None if it does not."""
        with closing(sqlite3.connect(self.data / "tally.db")) as database:
            query = "SELECT first_name FROM users WHERE id = ?"
            row = database.execute(query, [user_id]).fetchone()
        return row and str(row[0])

    def _rows(self, table: str, person: Person) -> list[dict[str, Any]]:
        with closing(sqlite3.connect(self.data / "tally.db")) as database:
            database.row_factory = sqlite3.Row
            query = f"SELECT * FROM {table} WHERE user_id = ? ORDER BY id DESC"  # noqa: S608 - ours
            return [dict(row) for row in database.execute(query, [person.id])]

    async def until_totals(self, person: Person, count: int) -> None:
        """Wait until a person has so many totals in the database."""
        async with asyncio.timeout(START):
            while len(self.totals(person)) < count:
                await asyncio.sleep(0.02)

    async def until_saved(
        self, person: Person, condition: Callable[[list[dict[str, Any]]], bool]
    ) -> None:
        """Wait until a person's totals in the database, newest first, are as they should be."""
        async with asyncio.timeout(START):
            while not condition(self.totals(person)):
                await asyncio.sleep(0.02)

    def drawers(self) -> list[int]:
        """Give the processes that draw its charts."""
        return self._processes(b"charts")

    def worker_processes(self) -> list[int]:
        """Give the processes that it has started by `--workers`."""
        return self._processes(b"--worker")

    def _processes(self, argument: bytes) -> list[int]:
        """Give the processes with its data folder and an argument."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if (
                    argument in (folder / "cmdline").read_bytes().split(b"\0")
                    and f"DATA_DIR={self.data}".encode() in (folder / "environ").read_bytes()
                ):
                    found.append(int(folder.name))
        return found

    @asynccontextmanager
    async def without_drawers(self) -> AsyncIterator[None]:
        """Kill whatever would draw its charts meanwhile."""

        async def kill() -> None:
            while True:
                for drawer in self.drawers():
                    with suppress(ProcessLookupError):
                        os.kill(drawer, signal.SIGKILL)
                await asyncio.sleep(0.01)

        killing = asyncio.create_task(kill())
        yield
        killing.cancel()

    async def until_payments(self, person: Person, count: int) -> list[dict[str, Any]]:
        """Wait until a person has so many payments in the database; give them, newest first."""
        async with asyncio.timeout(START):
            while len(found := self._rows("payments", person)) < count:
                await asyncio.sleep(0.02)
        return found

    def payments(self, person: Person) -> list[dict[str, Any]]:
        """Read a person's payments in the database, newest first."""
        return self._rows("payments", person)

    def change(self, statement: str, *values: int) -> None:
        """Change something in the database by hand."""
        with closing(sqlite3.connect(self.data / "tally.db")) as database, database:
            database.execute(statement, values)

    async def add_totals(
        self,
        person: Person,
        values: Iterable[int],
        **fields: Any,  # noqa: ANN401 - of a total
    ) -> None:
        """Save totals of a person, a minute apart from the beginning of 2026 on.

        Args:
            person: Whose they are.
            values: What they come to.
            fields: Fields of `NewTotal` that are to be other than usual; `created_at` of the first.
        """
        begin = fields.pop("created_at", datetime(2026, 1, 1, tzinfo=UTC))
        await self.keep(
            replace(
                NewTotal(
                    confirmation_id=secrets.token_bytes(16),
                    user_id=person.id,
                    chat_id=person.id,
                    kind=Kind.NUMBERS,
                    label="label",
                    value=value,
                    created_at=begin + timedelta(minutes=minute),
                ),
                **fields,
            )
            for minute, value in enumerate(values)
        )

    async def keep(self, totals: Iterable[NewTotal]) -> None:
        """Save totals."""
        engine = create_engine(f"sqlite+aiosqlite:///{self.data / 'tally.db'}")
        repository = Totals(Sessions(engine))
        for total in totals:
            await repository.add(total)
        await engine.dispose()

    async def add_many(self, person: Person, count: int) -> None:
        """Save so many totals of 1 that a person has today."""
        await self.add_totals(person, [1])  # which makes the person known
        midnight = int(datetime.now(UTC).timestamp()) // DAY * DAY
        with closing(sqlite3.connect(self.data / "tally.db")) as database, database:
            database.execute(
                "UPDATE totals SET created_at = ? WHERE user_id = ?", [midnight, person.id]
            )
            database.execute(
                "INSERT INTO totals"
                " (confirmation_id, user_id, chat_id, kind, label, value, created_at)"
                " WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
                " SELECT randomblob(16), ?, ?, 'numbers', 'tea', 1, ? + i % ? FROM n",
                [count - 1, person.id, person.id, midnight, DAY],
            )

    @asynccontextmanager
    async def locked_database(self) -> AsyncIterator[None]:
        """Let nobody write to the database meanwhile."""
        with closing(sqlite3.connect(self.data / "tally.db", isolation_level=None)) as database:
            database.execute("BEGIN EXCLUSIVE")
            yield
            database.execute("ROLLBACK")

    async def run(self, *arguments: str) -> tuple[int, str, str]:
        """Run another command of main.py to its end; give exit status, output and errors."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(ROOT / "main.py"),
            *arguments,
            # Elsewhere, so that a developer's .env says nothing here.
            cwd=self.data.parent,
            env=self._environment,
            stdout=PIPE,
            stderr=PIPE,
        )
        async with asyncio.timeout(START):
            out, errors = await process.communicate()
        return process.returncode or 0, out.decode(), errors.decode()

    def redis(self) -> Redis:
        """Connect to its Valkey."""
        return Redis.from_url(EmbeddedValkey(self.data / "valkey").url)

    @asynccontextmanager
    async def moved_away(self, name: str) -> AsyncIterator[None]:
        """Have a table of the database out of the way meanwhile."""
        with closing(sqlite3.connect(self.data / "tally.db")) as database:
            database.execute(f"ALTER TABLE {name} RENAME TO away")
            yield
            database.execute(f"ALTER TABLE away RENAME TO {name}")

    async def keep_in_inbox(self, *updates: dict[str, Any]) -> None:
        """Put updates into its inbox while it is stopped, as a kill would have left them."""
        valkey = EmbeddedValkey(self.data / "valkey")
        await valkey.start()
        async with self.redis() as redis:
            for update in updates:
                await redis.hset(self._inbox, str(update["update_id"]), json.dumps(update))
        await valkey.stop()

    async def until_inbox_is_empty(self) -> None:
        """Wait until nothing stands in its inbox."""
        async with asyncio.timeout(START), self.redis() as redis:
            while await redis.hlen(self._inbox):
                await asyncio.sleep(0.02)

    async def until_noted(self, message: Message) -> None:
        """Wait until it has noted which stack a message shows: a kill before may bring another."""
        async with asyncio.timeout(START), self.redis() as redis:
            while True:
                keys = await redis.keys("tally:*:stack:*")
                noted = [await redis.hget(key, "message") for key in keys]
                if str(message.message_id).encode() in noted:
                    return
                await asyncio.sleep(0.02)

    @property
    def _inbox(self) -> str:
        return f"tally:{{{self.settings['BOT_TOKEN'].partition(':')[0]}}}:inbox"

    async def valkey_answers(self) -> bool:
        """Tell whether its Valkey runs."""
        async with self.redis() as redis:
            try:
                return bool(await redis.ping())
            except (RedisError, OSError):
                return False

    async def kill_valkey(self) -> None:
        """Kill its Valkey with SIGKILL."""
        async with self.redis() as redis:
            process = (await redis.info("server"))["process_id"]
        os.kill(process, signal.SIGKILL)

    async def until_valkey_answers(self) -> None:
        """Wait until its Valkey runs."""
        async with asyncio.timeout(START):
            while not await self.valkey_answers():
                await asyncio.sleep(0.02)

    async def set_value(self, command: Message, value: int) -> None:
        """Set what the counter that a command has opened stands at, as a million taps would."""
        async with self.rewritten_dialogs(f":m{command.message_id}") as records:
            for record in records:
                for context in record["contexts"].values():
                    context["dialog_data"]["value"] = value

    @asynccontextmanager
    async def rewritten_dialogs(self, suffix: str = "") -> AsyncIterator[list[dict[str, Any]]]:
        """Give the open dialogs whose keys end so, and write back what was changed in them."""
        async with self.redis() as redis:
            keys = await redis.keys(f"tally:*:stack:*{suffix}")
            records = [json.loads(cast("bytes", await redis.hget(key, "data"))) for key in keys]
            yield records
            for key, record in zip(keys, records, strict=True):
                await redis.hset(key, "data", json.dumps(record))

    async def _end(self, number: signal.Signals) -> int:
        self.send_signal(number)
        return await self.wait()

    @property
    def _environment(self) -> dict[str, str]:
        inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        return inherited | self.settings
