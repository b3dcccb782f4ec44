"""The embedded Valkey's files are rewritten in time, so that deleted data does not stay there."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
from redis.asyncio import Redis
from structlog.testing import capture_logs

from durable_dialogs.redis import upkeep
from durable_dialogs.redis.embedded_valkey import EmbeddedValkey
from durable_dialogs.redis.upkeep import AGE, FILES, MANIFEST
from telegram_playground import Person, Playground
from tests.dialogs.test_special_buttons import open_special
from tests.support.disks import MEGABYTE, small_disk
from tests.support.keyboards import receive
from tests.support.nursery import START
from tests.support.tally import Tally

SECRET = b"hunter2-was-said"


@pytest.fixture
async def valkey(tmp_path: Path) -> AsyncIterator[EmbeddedValkey]:
    """Give a Valkey that is not started yet."""
    own = EmbeddedValkey(tmp_path / "valkey")
    yield own
    await own.stop()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give its folder."""
    return tmp_path / "valkey"


def held_in(folder: Path, *words: bytes) -> set[bytes]:
    """Tell which words the files below a folder contain."""
    written = b""
    for path in folder.rglob("*"):
        with suppress(FileNotFoundError):  # A rewrite may delete the file now.
            written += path.read_bytes() if path.is_file() else b""
    return {word for word in words if word in written}


def age(folder: Path) -> None:
    """Set the time of the last rewrite back, so that the next one is due."""
    for base in (folder / FILES).glob("*.base.*"):
        os.utime(base, (time.time() - AGE - 1,) * 2)


async def until_gone(folder: Path, *words: bytes) -> None:
    """Wait until no file below a folder contains one of the words."""
    async with asyncio.timeout(START):
        while held_in(folder, *words):
            await asyncio.sleep(0.05)


async def say_and_delete(valkey: EmbeddedValkey) -> None:
    """Write an entry to a Valkey and delete it."""
    async with Redis.from_url(valkey.url) as redis:
        await redis.hset("inbox", "1", SECRET.decode())
        await redis.hdel("inbox", "1")
        await redis.set("stays", "here")


async def test_deleted_data_is_gone_from_the_files_when_they_are_old(
    valkey: EmbeddedValkey, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "PERIOD", 0)
    await valkey.start()
    await say_and_delete(valkey)
    assert held_in(folder, SECRET)
    age(folder)
    await until_gone(folder, SECRET)
    assert held_in(folder, b"stays")


async def test_a_start_finds_that_the_files_are_old(valkey: EmbeddedValkey, folder: Path) -> None:
    await valkey.start()
    await say_and_delete(valkey)
    await valkey.stop()
    age(folder)
    again = EmbeddedValkey(folder)
    await again.start()
    await until_gone(folder, SECRET)
    await again.stop()


async def test_files_that_have_grown_are_rewritten(
    valkey: EmbeddedValkey, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "PERIOD", 0)
    monkeypatch.setattr(upkeep, "REST", 0)
    monkeypatch.setattr(upkeep, "LARGE", 10_000)
    await valkey.start()
    await say_and_delete(valkey)
    await asyncio.sleep(1)
    assert held_in(folder, SECRET)
    async with Redis.from_url(valkey.url) as redis:
        await redis.set("stays", "x" * 10_000)
    await until_gone(folder, SECRET)
    # Not rewritten again, although the new file is as large.
    (base,) = (folder / FILES).glob("*.base.*")
    await asyncio.sleep(2)
    assert base.exists()


async def test_files_left_by_a_killed_rewrite_or_backup_are_deleted_before_the_next_start(
    valkey: EmbeddedValkey, folder: Path
) -> None:
    await valkey.start()
    await say_and_delete(valkey)
    await valkey.stop()
    left = ["temp-7.rdb", "dump.rdb", f"{FILES}/temp-rewriteaof-bg-7.aof"]
    left += [f"{FILES}/appendonly.aof.9.base.rdb", f"{FILES}/appendonly.aof.9.incr.aof"]
    for name in left:
        (folder / name).write_bytes(SECRET)
    again = EmbeddedValkey(folder)
    await again.start()
    assert not [name for name in left if (folder / name).exists()]
    assert (folder / FILES / MANIFEST).exists()
    async with Redis.from_url(again.url) as redis:
        assert await redis.get("stays") == b"here"
    await again.stop()


async def test_without_space_for_a_copy_the_files_stay_and_a_warning_is_logged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "PERIOD", 0)
    monkeypatch.setattr(upkeep, "REST", 0)
    with small_disk(tmp_path / "disk", 64) as disk:
        folder = disk.folder / "valkey"
        valkey = EmbeddedValkey(folder)
        await valkey.start()
        await say_and_delete(valkey)
        async with Redis.from_url(valkey.url) as redis:
            await redis.set("large", "x" * 10 * MEGABYTE)
        disk.fill(8 * MEGABYTE)
        with capture_logs() as logs:
            age(folder)
            async with asyncio.timeout(START):
                while "valkey_not_rewritten" not in {line["event"] for line in logs}:
                    await asyncio.sleep(0.05)
        assert held_in(folder, SECRET)
        disk.clear()
        await until_gone(folder, SECRET)
        await valkey.stop()


async def test_data_shared_while_telegram_is_slow_leaves_no_byte_in_the_files(
    app_playground: Playground, app_tally: Tally, app_ann: Person
) -> None:
    await open_special(app_ann)
    # With a delay, as of the real Telegram, the inbox writes the updates down.
    await app_playground.trouble("delay", seconds=0.1)
    try:
        shared = await app_ann.tap("Contact")
        await receive(app_ann, "Your own number")
        await app_ann.tap("Location", location={"latitude": 12.34567, "longitude": 76.54321})
        await receive(app_ann, "You are at")
        await app_ann.send("/paysupport hunter2 is what I said")
        await app_ann.receive()
    finally:
        await app_playground.calm()
    await app_tally.until_inbox_is_empty()
    assert shared.contact
    personal = (shared.contact.phone_number.encode(), b"12.34567", b"hunter2 is what")
    folder = app_tally.data / "valkey"
    # The data must be in the files first, or the test shows nothing.
    assert held_in(folder, *personal) == {*personal}
    age(folder)
    await until_gone(app_tally.data, *personal)
