"""Starts that fail: one readable line, exit status 2, no traceback, no secret."""

import asyncio
import json
import os
import socket
import sqlite3
import sys
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from db.migrations import upgrade
from telegram_playground import Client, Playground
from tests.support.ports import free_port
from tests.support.tally import Tally

SECRET = "hunter2"
ROOT = Path(__file__).parents[2]


@pytest.fixture
async def tally(tmp_path: Path) -> AsyncIterator[Tally]:
    """Give a bot that was not started and has no playground yet."""
    own = Tally(tmp_path / "data")
    yield own
    await own.clean_up()


async def fails(tally: Tally, *, cold: bool = False, **settings: str) -> str:
    """Start the bot, which must fail; give the line that it prints."""
    tally.settings |= settings
    status, out, errors = await tally.run(cold=cold)
    assert status == 2, errors
    assert "Traceback" not in out + errors
    assert SECRET not in out + errors
    return errors.strip().splitlines()[-1]


async def test_a_wrong_setting(tally: Tally) -> None:
    line = await fails(tally, DIALOG_TTL="soon", BOT_TOKEN=SECRET)
    assert line.startswith("DIALOG_TTL: ")


async def test_a_token_that_telegram_refuses(tally: Tally, own_playground: Playground) -> None:
    line = await fails(tally, cold=True, BOT_TOKEN=f"7:{SECRET}", BOT_API_URL=own_playground.url)
    assert line == "BOT_TOKEN: Telegram refuses the token"


async def test_a_redis_that_cannot_be_reached(tally: Tally) -> None:
    line = await fails(tally, REDIS_URL=f"redis://:hunter2@127.0.0.1:{free_port()}/0")
    assert line.startswith("REDIS_URL: Redis can't be reached: ")


async def test_a_database_that_cannot_be_opened(tally: Tally, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    line = await fails(tally, DATABASE_URL=f"sqlite+aiosqlite:///{tmp_path}/file/tally.db")
    assert line.startswith("DATABASE_URL: the database ")


async def test_a_database_newer_than_the_code(tally: Tally) -> None:
    tally.data.mkdir()
    with sqlite3.connect(tally.data / "tally.db") as database:
        database.execute("CREATE TABLE alembic_version (version_num VARCHAR(32))")
        database.execute("INSERT INTO alembic_version VALUES ('9999')")
    database.close()
    line = await fails(tally)
    assert "is newer than this code" in line
    assert "9999" in line


@pytest.mark.parametrize("damage", ["DROP TABLE alembic_version", "DELETE FROM alembic_version"])
async def test_a_database_that_has_lost_its_revision(tally: Tally, damage: str) -> None:
    file = tally.data / "tally.db"
    await upgrade(f"sqlite+aiosqlite:///{file}")
    with closing(sqlite3.connect(file)) as database:
        database.execute(
            "INSERT INTO totals (confirmation_id, user_id, kind, value, created_at)"
            " VALUES (zeroblob(16), 7, 'inline', 5, 0)"
        )
        database.execute(damage)
        database.commit()

    line = await fails(tally)
    assert "has Tally's tables, but alembic_version is missing or empty" in line
    status, out, errors = await tally.run("totals")
    assert (status, out, errors) == (2, "", f"{line}\n")

    _, _, order = line.partition(" run python ")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, *order.split()),
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": f"sqlite+aiosqlite:///{file}"},
        stderr=DEVNULL,
    )
    assert await process.wait() == 0
    status, out, _ = await tally.run("totals", "--format", "json")
    assert (status, [row["value"] for row in json.loads(out)]) == (0, [5])


async def test_a_data_folder_that_cannot_be_made(tally: Tally, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    line = await fails(tally, DATA_DIR=str(tmp_path / "file" / "data"))
    assert line == f"DATA_DIR: the folder {tmp_path}/file/data can't be used: Not a directory"


async def test_a_port_in_use(tally: Tally) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        line = await fails(tally, PLAYGROUND_PORT=str(port))
    assert line.startswith("PLAYGROUND_PORT: ")
    assert str(port) in line


async def test_an_address_of_another_machine(tally: Tally, own_playground: Playground) -> None:
    tally.settings |= {"BOT_TOKEN": own_playground.token, "BOT_API_URL": own_playground.url}
    # An address that no machine has, because it is reserved for documentation (RFC 5737).
    line = await fails(tally, WEB_HOST="192.0.2.1")
    assert line.startswith("WEB_HOST: ")


async def test_totals_of_a_wrong_period_or_database(tally: Tally) -> None:
    status, _, errors = await tally.run("totals", "--since", "2026-02-01", "--until", "2026-01-01")
    assert status == 2
    assert errors == "--since must not be after --until: 2026-02-01 is later than 2026-01-01\n"
    status, _, errors = await tally.run("totals", "--since", "2026-02-30")
    assert status == 2
    assert "2026-02-30" in errors
    status, _, errors = await tally.run("totals", "--format", "xml")
    assert status == 2
    tally.settings["DATABASE_URL"] = "sqlite+aiosqlite:////dev/null/tally.db"
    status, _, errors = await tally.run("totals")
    assert status == 2
    assert errors.startswith("DATABASE_URL: ")
    assert len(errors.splitlines()) == 1


async def test_without_anything_set_the_bot_runs_on_the_playground(tally: Tally) -> None:
    tally.settings["PLAYGROUND_PORT"] = str(free_port())
    await tally.start()
    assert f"http://127.0.0.1:{tally.settings['PLAYGROUND_PORT']}" in tally.log.read_text()
    assert "BOT_TOKEN=" in tally.log.read_text()
    assert await tally.stop() == 0


async def test_the_playground_of_the_bot_remembers_its_chats(tally: Tally) -> None:
    port = free_port()
    tally.settings["PLAYGROUND_PORT"] = str(port)
    await tally.start()
    async with Client(f"http://127.0.0.1:{port}") as client:
        ann = await client.person("Ann", language_code="en")
        await ann.send("/numbers tea")
        counter = await ann.receive()
        await ann.press(counter, "+1")
        await ann.until(counter, text="tea\nSpecify the number: 1")
    await tally.kill()
    await tally.start()
    async with Client(f"http://127.0.0.1:{port}") as client:
        (ann,) = [person for person in await client.persons() if person.user.first_name == "Ann"]
        await ann.press(counter, "+1")
        await ann.until(counter, text="tea\nSpecify the number: 2")
