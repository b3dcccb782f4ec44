"""The embedded Valkey is private and durable, and a later start adopts one that still runs."""

import asyncio
import os
import shutil
import signal
import stat
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError
from structlog.testing import capture_logs

from durable_dialogs.redis import embedded_valkey
from durable_dialogs.redis.embedded_valkey import EmbeddedValkey, ValkeyStartError
from durable_dialogs.redis.upkeep import FILES, MANIFEST, Upkeep

START = 60.0
"""Seconds that a start may take on a busy machine."""

LONG_NAME = "many letters" * 9
"""A folder's name, too long for the path of a socket."""


@pytest.fixture
async def valkey(tmp_path: Path) -> AsyncIterator[EmbeddedValkey]:
    """Return a Valkey in a folder whose name is long and has spaces."""
    server = EmbeddedValkey(tmp_path / "a folder with a name of" / LONG_NAME)
    yield server
    await server.stop()


async def test_only_its_owner_may_open_it(valkey: EmbeddedValkey) -> None:
    await valkey.start()
    socket = Path(valkey.url.removeprefix("unix://"))
    assert (mode(socket), mode(socket.parent)) == (0o700, 0o700)


async def test_it_listens_on_no_port(valkey: EmbeddedValkey) -> None:
    await valkey.start()
    async with Redis.from_url(valkey.url) as redis:
        assert (await redis.config_get("port"))["port"] == "0"


async def test_every_write_is_on_the_disk_before_it_is_answered(valkey: EmbeddedValkey) -> None:
    await valkey.start()
    async with Redis.from_url(valkey.url) as redis:
        settings = await redis.config_get("append*", "maxmemory-policy")
    assert settings["appendonly"] == "yes"
    assert settings["appendfsync"] == "always"
    assert settings["maxmemory-policy"] == "noeviction"


async def test_a_start_adopts_a_server_that_still_runs(
    valkey: EmbeddedValkey, tmp_path: Path
) -> None:
    await valkey.start()
    other = EmbeddedValkey(tmp_path / "a folder with a name of" / LONG_NAME)
    await other.start()
    async with Redis.from_url(valkey.url) as redis, Redis.from_url(other.url) as same:
        await redis.set("key", "value")
        assert await same.get("key") == b"value"
    await other.stop()


async def test_the_last_user_shuts_it_down(valkey: EmbeddedValkey, tmp_path: Path) -> None:
    folder = tmp_path / "a folder with a name of" / LONG_NAME
    await valkey.start()
    other = EmbeddedValkey(folder)
    await other.start()
    running = pids(folder)
    await other.stop()
    assert pids(folder) == running
    async with Redis.from_url(valkey.url) as redis:
        await redis.ping()
    await valkey.stop()
    assert pids(folder) == []


STARTER = """
import asyncio
import sys
from pathlib import Path
from durable_dialogs.redis.embedded_valkey import EmbeddedValkey

async def main():
    valkey = EmbeddedValkey(Path(sys.argv[1]))
    await valkey.start()
    print("started", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    await valkey.stop()

asyncio.run(main())
"""
"""A process that starts the server and stops it once it gets a line."""


async def test_it_outlives_the_process_that_started_it_while_another_uses_it(
    valkey: EmbeddedValkey, tmp_path: Path
) -> None:
    folder = tmp_path / "a folder with a name of" / LONG_NAME
    starter = await asyncio.create_subprocess_exec(
        sys.executable, "-c", STARTER, str(folder), stdin=PIPE, stdout=PIPE
    )
    assert starter.stdout
    async with asyncio.timeout(START):
        assert await starter.stdout.readline() == b"started\n"
    running = [pid for pid in pids(folder) if pid != starter.pid]
    await valkey.start()
    async with asyncio.timeout(START):
        await starter.communicate(b"\n")
    assert starter.returncode == 0
    assert pids(folder) == running
    async with Redis.from_url(valkey.url) as redis:
        assert [(await redis.info("server"))["process_id"]] == running


@pytest.mark.parametrize("from_the_start", [True, False])
async def test_a_start_waits_for_a_server_that_hangs_instead_of_starting_another(
    valkey: EmbeddedValkey,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    from_the_start: bool,
) -> None:
    folder = tmp_path / "a folder with a name of" / LONG_NAME
    if from_the_start:
        starting = asyncio.create_task(valkey.start())
        pid = await until_spawned(folder)
        os.kill(pid, signal.SIGSTOP)
    else:
        await valkey.start()
        async with Redis.from_url(valkey.url) as redis:
            pid = (await redis.info("server"))["process_id"]
        os.kill(pid, signal.SIGSTOP)
    other = EmbeddedValkey(folder)
    monkeypatch.setattr(embedded_valkey, "ANSWER_TIMEOUT", 0.2)
    begun = asyncio.create_task(other.start())
    try:
        with capture_logs() as logs:
            async with asyncio.timeout(START):
                while {"event": "valkey_awaited", "log_level": "debug"} not in logs:
                    await asyncio.sleep(0.01)
        assert not begun.done()
        assert pids(folder) == [pid]
    finally:
        os.kill(pid, signal.SIGCONT)
    monkeypatch.undo()
    await begun
    async with Redis.from_url(other.url) as redis:
        assert (await redis.info("server"))["process_id"] == pid
    if from_the_start:
        await starting
    await other.stop()


async def until_spawned(folder: Path) -> int:
    """Wait for a folder's server, and return its process id before it has done much."""
    async with asyncio.timeout(START):
        while not (found := pids(folder)):
            await asyncio.sleep(0)
    return found[0]


def pids(folder: Path) -> list[int]:
    """Return the process ids of a folder's servers, which have its lock file open."""
    lock = str(folder / "valkey.lock")
    return [
        int(process.name)
        for process in Path("/proc").iterdir()
        if process.name.isdecimal() and int(process.name) != os.getpid() and lock in files(process)
    ]


def files(process: Path) -> set[str]:
    """Return the files that a process has open, none if it has ended."""
    try:
        return {str(file.readlink()) for file in (process / "fd").iterdir()}
    except OSError:
        return set()


async def test_its_data_survives_a_stop(valkey: EmbeddedValkey, tmp_path: Path) -> None:
    await valkey.start()
    async with Redis.from_url(valkey.url) as redis:
        await redis.set("key", "value")
    await valkey.stop()
    again = EmbeddedValkey(tmp_path / "a folder with a name of" / LONG_NAME)
    await again.start()
    async with Redis.from_url(again.url) as redis:
        assert await redis.get("key") == b"value"
    await again.stop()


async def test_a_server_whose_socket_was_deleted_is_replaced_and_its_data_stays(
    valkey: EmbeddedValkey, tmp_path: Path
) -> None:
    await valkey.start()
    socket = Path(valkey.url.removeprefix("unix://"))
    async with Redis.from_url(valkey.url) as redis:
        await redis.set("key", "value")
        shutil.rmtree(socket.parent)
        async with Redis.from_url(valkey.url) as other:
            await until_answered(other)
            assert await other.get("key") == b"value"
        # The connection from before goes on as well.
        assert await redis.get("key") == b"value"
    assert len(pids(tmp_path / "a folder with a name of" / LONG_NAME)) == 1


async def until_answered(redis: Redis) -> None:
    """Wait until a server that starts answers."""
    async with asyncio.timeout(START):
        while True:
            try:
                await redis.ping()
            except RedisError:
                await asyncio.sleep(0.01)
            else:
                return


async def test_the_server_is_started_again_after_an_error_that_nobody_expected(
    valkey: EmbeddedValkey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "a folder with a name of" / LONG_NAME
    await valkey.start()
    failed = asyncio.Event()

    def fail(_upkeep: Upkeep) -> None:
        failed.set()
        raise IndexError

    monkeypatch.setattr(Upkeep, "sweep", fail)
    (pid,) = pids(folder)
    os.kill(pid, signal.SIGKILL)
    async with asyncio.timeout(START):
        await failed.wait()
    monkeypatch.undo()
    async with Redis.from_url(valkey.url) as redis:
        await until_answered(redis)


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "emptied": lambda _: b"",
    "only a comment": lambda _: b"# nothing\n",
    "zeroed": lambda manifest: bytes(len(manifest)),
    "cut off in its second line": lambda manifest: manifest[:60],
    "without its last byte": lambda manifest: manifest[:-1],
    "of a file that is missing": lambda manifest: manifest.replace(b"1.incr", b"2.incr"),
    "of another folder": lambda manifest: manifest.replace(b"file ", b"file ../"),
    "of words": lambda _: b"once more\n",
}
"""What may happen to the manifest, by a name."""


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
async def test_a_damaged_manifest_costs_no_data(
    valkey: EmbeddedValkey, tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    folder = tmp_path / "a folder with a name of" / LONG_NAME
    await valkey.start()
    async with Redis.from_url(valkey.url) as redis:
        await redis.set("key", "value")
    await valkey.stop()
    manifest = folder / FILES / MANIFEST
    sound = manifest.read_bytes()
    before = {file.name: file.read_bytes() for file in (folder / FILES).iterdir()}
    manifest.write_bytes(damage(sound))
    before[MANIFEST] = damage(sound)
    Upkeep(folder).sweep()
    assert {file.name: file.read_bytes() for file in (folder / FILES).iterdir()} == before
    again = EmbeddedValkey(folder)
    with suppress(ValkeyStartError):  # Valkey bears the loss of the last byte
        await again.start()
    await again.stop()
    manifest.write_bytes(sound)
    mended = EmbeddedValkey(folder)
    await mended.start()
    async with Redis.from_url(mended.url) as redis:
        assert await redis.get("key") == b"value"
    await mended.stop()


async def test_the_error_for_a_damaged_file_says_what_to_do(
    valkey: EmbeddedValkey, tmp_path: Path
) -> None:
    manifest = tmp_path / "a folder with a name of" / LONG_NAME / FILES / MANIFEST
    manifest.parent.mkdir(parents=True)
    manifest.write_bytes(bytes(60))
    with pytest.raises(ValkeyStartError, match=r"valkey\.log.*mend the file or restore a backup"):
        await valkey.start()


async def test_the_error_for_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ValkeyStartError) as caught:
        await EmbeddedValkey(tmp_path / "file" / "valkey").start()
    assert "\n" not in str(caught.value)


def mode(path: Path) -> int:
    """Return a file's permissions."""
    return stat.S_IMODE(path.stat().st_mode)
