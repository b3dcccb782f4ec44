"""Workers pass updates on to the owners of their chats, over real sockets."""

import asyncio
import os
import socket
import sys
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
from redis.asyncio import Redis

from durable_dialogs.tasks import start
from durable_dialogs.workers import handover, wire
from durable_support.peers import CHATS, Run, Worker, running


@pytest.fixture
async def run(redis: Redis) -> AsyncIterator[Run]:
    """Give a function that runs a worker, which all that run know then."""
    async with running(redis) as run:
        yield run


def stall(seconds: float) -> None:
    """Stop the event loop for some seconds, as a long computation does."""
    time.sleep(seconds)


@pytest.fixture
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have workers wait for less."""
    monkeypatch.setattr(handover, "PATIENCE", 0.3)
    monkeypatch.setattr(handover, "PING", 0.1)


@pytest.mark.parametrize("listen", ["unix", "tcp://127.0.0.1", "tcp://[::1]"])
async def test_the_owner_answers(run: Run, listen: str) -> None:
    one, two = await run(listen), await run(listen)
    bodies = [b"", *(str(number).encode() for number in range(100)), b"x" * 1_000_000]
    chat = one.chat_of(two)
    answers = await asyncio.gather(*(one.peers.pass_on(chat, body) for body in bodies))
    assert answers == [two.name.encode() + b" " + body for body in bodies]
    assert two.taken == bodies
    assert await one.peers.pass_on(two.chat_of(one), b"own") is None
    assert one.taken == []


@pytest.mark.usefixtures("hurry")
async def test_a_long_update_is_not_carried_out_twice(run: Run) -> None:
    one, two = await run(), await run()
    two.may_answer.clear()
    passed = start(one.peers.pass_on(one.chat_of(two), b"long"), awaited=True)
    _, waiting = await asyncio.wait([passed], timeout=1)
    assert waiting
    two.may_answer.set()
    assert await passed == two.name.encode() + b" long"


@pytest.mark.usefixtures("hurry")
@pytest.mark.parametrize("is_connected", [True, False])
async def test_an_owner_is_not_silent_because_the_asking_worker_stalls(
    run: Run, *, is_connected: bool
) -> None:
    one, two = await run(), await run()
    chat = one.chat_of(two)
    for turns in range(1, 5):
        if is_connected:
            await one.peers.pass_on(chat, b"0")
        else:
            await one.peers.close(0)
        two.may_answer.clear()
        passed = start(one.peers.pass_on(chat, b"7"), awaited=True)
        for _ in range(turns):
            await asyncio.sleep(0)
        stall(2 * handover.PATIENCE)
        _, waiting = await asyncio.wait([passed], timeout=handover.PING)
        assert waiting
        two.may_answer.set()
        assert await passed == two.name.encode() + b" 7"


@pytest.mark.usefixtures("hurry")
async def test_updates_of_a_silent_owner_are_carried_out_here_and_so_are_the_next(
    run: Run,
) -> None:
    one = await run()
    # It listens and never reads, as a worker does that was stopped.
    with socket.socket(socket.AF_UNIX) as silent:
        path = one.socket.with_name("0-silent.sock")
        silent.bind(str(path))
        silent.listen()
        one.registry.others = {"silent": f"unix:{path}"}
        chat = next(chat for chat in CHATS if one.ownership.owner_of(chat))
        answers = await asyncio.gather(*(one.peers.pass_on(chat, b"7") for _ in range(20)))
        assert answers == [None] * 20
        async with asyncio.timeout(handover.PATIENCE / 2):
            assert await one.peers.pass_on(chat, b"8") is None
        path.unlink()


async def test_updates_of_an_owner_that_is_gone_are_carried_out_here(run: Run) -> None:
    one = await run()
    one.registry.others = {"gone": "unix:/nowhere/gone.sock"}
    chat = next(chat for chat in CHATS if one.ownership.owner_of(chat))
    async with asyncio.timeout(handover.PATIENCE / 2):
        assert await one.peers.pass_on(chat, b"7") is None


async def test_updates_under_way_are_carried_out_here_once_the_connection_is_lost(run: Run) -> None:
    one, two = await run(), await run()
    two.may_answer.clear()
    passed = start(one.peers.pass_on(one.chat_of(two), b"7"), awaited=True)
    while not two.taken:
        await asyncio.sleep(0)
    await two.peers.close(0)
    assert await passed is None


async def test_what_fails_at_the_owner_is_tried_here(run: Run) -> None:
    one, two = await run(), await run()
    assert await one.peers.pass_on(one.chat_of(two), b"wrong") is None
    assert await one.peers.pass_on(one.chat_of(two), b"7") == two.name.encode() + b" 7"


async def test_a_worker_that_stops_finishes_what_it_has_and_takes_no_more(run: Run) -> None:
    one, two = await run(), await run()
    two.may_answer.clear()
    chat = one.chat_of(two)
    passed = start(one.peers.pass_on(chat, b"7"), awaited=True)
    while not two.taken:
        await asyncio.sleep(0)
    stopping = start(two.stop(within=5), awaited=True)
    while two.socket.exists():
        await asyncio.sleep(0)
    assert await one.peers.pass_on(chat, b"8") is None
    two.may_answer.set()
    await stopping
    assert await passed == two.name.encode() + b" 7"
    assert two.taken == [b"7"]


async def test_a_worker_with_another_key_gets_and_gives_nothing(run: Run) -> None:
    one, two = await run(), await run(key=b"other")
    assert await one.peers.pass_on(one.chat_of(two), b"7") is None
    assert await two.peers.pass_on(two.chat_of(one), b"7") is None
    assert one.taken == two.taken == []


@pytest.mark.parametrize(
    "sent",
    [
        wire.HEAD.pack(2, wire.Kind.UPDATE, 1) + b"{}",
        wire.HEAD.pack(wire.NONCE, wire.Kind.PROOF, 0) + bytes(wire.NONCE),
        wire.HEAD.pack(2**32 - 1, wire.Kind.HELLO, 0),
        b"GET / HTTP/1.1\r\nHost: tea\r\n\r\n",
        b"",
    ],
)
async def test_whoever_does_not_know_the_key_is_hung_up_on(
    monkeypatch: pytest.MonkeyPatch, run: Run, sent: bytes
) -> None:
    monkeypatch.setattr(wire, "PROVING", 0.3)
    worker = await run()
    reader, writer = await asyncio.open_unix_connection(worker.socket)
    writer.write(sent)
    async with asyncio.timeout(5):
        with suppress(ConnectionError):
            await reader.read()
    writer.close()
    assert worker.taken == []


async def test_sockets_of_killed_workers_are_deleted(run: Run) -> None:
    one = await run()
    killed = await asyncio.create_subprocess_exec(sys.executable, "-c", "")
    await killed.wait()
    left = one.socket.with_name(f"{killed.pid}-ab.sock")
    left.touch()
    two = await run()
    assert not left.exists()
    assert one.socket.exists()
    assert two.socket.exists()


async def test_a_live_socket_is_kept_although_its_process_is_not_known_here(run: Run) -> None:
    one = await run()
    ended = await asyncio.create_subprocess_exec(sys.executable, "-c", "")
    await ended.wait()
    # As that of a worker in another container, which has process ids of its own.
    foreign = one.socket.rename(one.socket.with_name(f"{ended.pid}-ab.sock"))
    one.registry.address = f"unix:{foreign}"
    two = await run()
    assert await two.peers.pass_on(two.chat_of(one), b"7") == one.name.encode() + b" 7"
    foreign.unlink()


async def test_a_worker_without_a_folder_for_sockets_carries_everything_out(
    monkeypatch: pytest.MonkeyPatch, redis: Redis, run: Run, tmp_path: Path
) -> None:
    two = await run()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / f"durable-dialogs-{os.getuid()}").mkdir(mode=0o755)
    one = Worker(redis)
    await one.peers.run(one.carry_out)
    await one.registry.gone([])
    assert one.registry.address == ""
    assert one.registry.others == {two.name: two.registry.address}
    assert {one.ownership.owner_of(chat) for chat in CHATS} == {None}
