"""Records what a version of Tally leaves behind when it is killed in the middle of its work.

    python -m tests.promises.recordings.record CHECKOUT RECORDING

CHECKOUT is a work tree of that version; its requirements must be installed. The bot is of that
version, the playground of this one. `test_former_version.py` goes on with the recording.
"""

import asyncio
import os
import socket
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from redis.asyncio import Redis

from durable_dialogs.redis.embedded_valkey import EmbeddedValkey
from telegram_playground import Group, Message, Person, Playground
from tests.promises.recordings import Recording, database_of, redis_of, telegram_of
from tests.support.choosing import choose, until
from tests.support.groups import make_group
from tests.support.holding import Gate, holding
from tests.support.keyboards import receive

TOKEN = "1234567:recording"
"""A token of the playground only."""
INBOX = "tally:{1234567}:inbox"


class Before:
    """The bot of a former version.

    Args:
        checkout: Its work tree.
        data: Its data folder.
        settings: Its settings, by their names in the environment.
    """

    def __init__(self, checkout: Path, data: Path, **settings: str) -> None:
        self._main = checkout / "main.py"
        self._data = data
        # Versions before the packages have neither folder, which Python does not mind.
        sources = [
            checkout / "packages" / name / "src"
            for name in ("durable_dialogs", "telegram_playground")
        ]
        self._environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": os.pathsep.join(map(str, sources)),
            "DATA_DIR": str(data),
            **settings,
        }
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start it."""
        self._data.mkdir(parents=True, exist_ok=True)
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, self._main, cwd=self._data, env=self._environment
        )

    async def kill(self) -> None:
        """Kill it with SIGKILL."""
        assert self._process
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()


async def record(checkout: Path, commit: Path, path: Path) -> None:
    """Have people use the bot, kill it in the middle, and write what is there then.

    Args:
        checkout: The work tree of the bot.
        commit: Its script that commits.
        path: The file to write.
    """
    with TemporaryDirectory() as name:
        folder = Path(name)
        valkey = EmbeddedValkey(folder / "valkey")
        await valkey.start()
        try:
            recording = await _record(commit, checkout, folder, valkey)
        finally:
            await valkey.stop()
    recording.write(path, {socket.gethostname(): "recorded"})


async def _record(commit: Path, checkout: Path, folder: Path, valkey: EmbeddedValkey) -> Recording:
    async with (
        holding(valkey.url.removeprefix("unix://"), commit) as gate,
        Redis.from_url(valkey.url) as redis,
    ):
        async with Playground(TOKEN, data_dir=folder / "telegram") as playground:
            await playground.switch(inline=True)
            data = folder / "data"
            bot = Before(
                checkout, data, BOT_TOKEN=TOKEN, BOT_API_URL=playground.url, REDIS_URL=gate.url
            )
            await bot.start()
            try:
                groups = await _live(playground, gate, redis, data, bot)
            finally:
                await bot.kill()
        # The gate is still closed, so the commits that it holds of the dead bot have not arrived.
        return Recording(
            TOKEN,
            groups,
            await redis_of(redis),
            database_of(data / "tally.db"),
            telegram_of(folder / "telegram", TOKEN),
        )


async def _live(
    playground: Playground, gate: Gate, redis: Redis, data: Path, bot: Before
) -> dict[str, int]:
    """Let people use the bot until it is killed; give the ids of their groups."""
    ann, boris, clara, dan, eve, fedor = [
        await playground.person(name) for name in ("Ann", "Boris", "Clara", "Dan", "Eve", "Fedor")
    ]
    await ann.start()
    await ann.receive(timeout=60)
    group = await make_group(playground, [ann, boris], type="supergroup")
    strangers = await playground.group("Strangers", members=[ann, clara], bot="left")
    tea = await _counter(ann, "/numbers tea", taps=3)
    cake = await _counter(ann, "/numbers_fab cake", taps=1, chat=group)
    await boris.press(cake, "+2")
    pie, _ = [await _post(clara, label, strangers) for label in ("pie", "jam")]
    await ann.press(pie, "+1")
    await clara.press(pie, "+1")
    await _choose(boris, clara, dan, fedor)
    late, juice = (
        await _counter(eve, "/numbers late", taps=2),
        await _counter(eve, "/numbers juice"),
    )
    twice = await _counter(dan, "/numbers twice")
    entry = await _counted_but_kept(playground, gate, redis, dan, twice)
    # From here on messages do not follow, totals do not arrive, and then taps do not count.
    await playground.trouble("refuse", method="editMessageText", status=429, retry_after=600)
    await playground.trouble("hang", method="sendMessage", chat=eve.id)
    unsent = await eve.send("/numbers unsent")
    async with asyncio.timeout(60):
        while not await redis.exists(f"tally:{{1234567:{eve.id}}}:stack:::m{unsent.message_id}"):
            await asyncio.sleep(0.02)
    with closing(sqlite3.connect(data / "tally.db", isolation_level=None)) as database:
        database.execute("BEGIN EXCLUSIVE")
        await eve.press(juice, "+1")
        await eve.press(late, "Confirm")
        gate.close()
        for person, message, label in (
            (ann, tea, "+1"),
            (ann, tea, "+1"),
            (boris, cake, "+2"),
            (clara, pie, "+1"),
        ):
            await person.press(message, label, timeout=0)
        await dan.send("/numbers held")
        await playground.until_pending(0)
        await bot.kill()
        database.execute("ROLLBACK")
    await redis.hset(INBOX, mapping=entry)
    return {"Friends": group.id, "Strangers": strangers.id}


async def _open(person: Person, command: str, chat: Group | None = None) -> Message:
    await person.send(command, chat=chat)
    return await person.receive(chat)


async def _counter(
    person: Person, command: str, taps: int = 0, chat: Group | None = None
) -> Message:
    """Open a counter and tap it up."""
    counter = await _open(person, command, chat)
    for tap in range(1, taps + 1):
        await person.press(counter, "+1")
        await until(person, counter, f"Specify the number: {tap}")
    return counter


async def _post(person: Person, label: str, chat: Group) -> Message:
    """Post a counter through inline mode."""
    asked = await person.ask(label)
    return await person.choose(asked, asked["results"][0]["id"], chat=chat)


async def _choose(boris: Person, clara: Person, dan: Person, fedor: Person) -> None:
    """Have a rename stop half-way, settings chosen, a bill open and another paid."""
    saved = await _counter(boris, "/numbers milk", taps=2)
    await boris.press(saved, "Confirm")
    await until(boris, saved, "Total: 2")
    totals = await _open(boris, "/totals")
    await choose(boris, totals, "My data", "Rename a label", "milk")
    await until(boris, totals, "milk")
    for person in (clara, dan):
        await person.press(await _open(person, "/payment"), "Bill for")
        bill = await person.receive()
    await dan.pay(bill)
    await receive(dan, "Paid: ⭐ 10")
    await _open(fedor, "/numbers plums")
    settings = await _open(fedor, "/settings")
    await choose(fedor, settings, "Time zone", "Pacific", "Auckland")
    await choose(fedor, settings, "Language", "Русский")
    await until(fedor, settings, "Язык: Русский")


async def _counted_but_kept(
    playground: Playground, gate: Gate, redis: Redis, person: Person, counter: Message
) -> dict[Any, Any]:
    """Count a tap that is in the inbox; give its entry, which a kill can leave there."""
    gate.close()
    await person.press(counter, "+1", timeout=0)
    await playground.until_pending(0)
    entry = await redis.hgetall(INBOX)
    gate.open()
    await until(person, counter, "Specify the number: 1")
    return dict(entry)


if __name__ == "__main__":
    CHECKOUT = Path(sys.argv[1]).absolute()
    (COMMIT,) = CHECKOUT.rglob("commit.lua")
    asyncio.run(record(CHECKOUT, COMMIT, Path(sys.argv[2])))
