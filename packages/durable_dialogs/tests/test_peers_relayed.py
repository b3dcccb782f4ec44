"""Somebody between two workers relays their connection, and changes what goes over it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from redis.asyncio import Redis

from durable_dialogs.tasks import start
from durable_dialogs.workers.wire import CODE, HEAD, Kind
from durable_support.peers import CHATS, Run, Worker, running

Change = Callable[[bytes], bytes]
"""Gets a frame with its code; returns the bytes to pass on instead."""

MADE_UP = HEAD.pack(6, Kind.UPDATE, 9) + b"forged"


@pytest.fixture
async def run(redis: Redis) -> AsyncIterator[Run]:
    """Give a function that runs a worker, which all that run know then."""
    async with running(redis) as run:
        yield run


async def relay(
    source: asyncio.StreamReader, sink: asyncio.StreamWriter, changed: Kind, change: Change
) -> None:
    """Pass frames on, those of one kind changed, until the connection ends."""
    try:
        while True:
            head = await source.readexactly(HEAD.size)
            length, kind, _ = HEAD.unpack(head)
            rest = await source.readexactly(length + (0 if kind == Kind.HELLO else CODE))
            sink.write(change(head + rest) if kind == changed else head + rest)
    except (asyncio.IncompleteReadError, ConnectionError):
        sink.close()


@asynccontextmanager
async def relayed(one: Worker, two: Worker, changed: Kind, change: Change) -> AsyncIterator[str]:
    """Relay what one worker passes on to the other; give a chat that the other owns."""
    path = one.socket.with_name("relay.test")
    ended: list[asyncio.Future[None]] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        source, sink = await asyncio.open_unix_connection(two.socket)
        ended.append(start(relay(reader, sink, changed, change), awaited=True))
        ended.append(start(relay(source, writer, changed, change), awaited=True))

    async with await asyncio.start_unix_server(serve, path):
        one.registry.others = {two.name: f"unix:{path}"}
        yield next(chat for chat in CHATS if one.ownership.owner_of(chat))
        async with asyncio.timeout(10):
            await asyncio.gather(*ended)
    path.unlink(missing_ok=True)


@pytest.mark.parametrize(
    ("change", "taken"),
    [
        pytest.param(lambda _: MADE_UP, [], id="without a code"),
        pytest.param(lambda _: MADE_UP + bytes(CODE), [], id="made up"),
        pytest.param(lambda frame: MADE_UP + frame[-CODE:], [], id="code of another frame"),
        pytest.param(lambda frame: frame.replace(b"real", b"fake"), [], id="changed"),
        pytest.param(lambda frame: frame + frame, [b"real"], id="repeated"),
    ],
)
async def test_a_relay_can_not_forge_updates(run: Run, change: Change, taken: list[bytes]) -> None:
    one, two = await run(), await run()
    two.may_answer.clear()
    async with relayed(one, two, Kind.UPDATE, change) as chat:
        # The connection ends, so the update is carried out here.
        async with asyncio.timeout(10):
            assert await one.peers.pass_on(chat, b"real") is None
    assert two.taken == taken


async def test_a_relay_can_not_forge_answers(run: Run) -> None:
    one, two = await run(), await run()

    def change(frame: bytes) -> bytes:
        return frame.replace(b"real", b"fake")

    async with relayed(one, two, Kind.DONE, change) as chat:
        assert await one.peers.pass_on(chat, b"real") is None


async def test_a_relay_can_not_leave_an_update_out(run: Run) -> None:
    one, two = await run(), await run()

    def change(frame: bytes) -> bytes:
        return b"" if b"first" in frame else frame

    async with relayed(one, two, Kind.UPDATE, change) as chat:
        bodies = [b"first", b"second"]
        assert await asyncio.gather(*(one.peers.pass_on(chat, body) for body in bodies)) == [
            None,
            None,
        ]
    assert two.taken == []


async def test_frames_of_an_earlier_connection_are_refused(run: Run) -> None:
    one, two = await run(), await run()
    frames: list[bytes] = []

    def change(frame: bytes) -> bytes:
        frames.append(frame)
        return frames[0]

    for expected in (two.name.encode() + b" real", None):
        async with relayed(one, two, Kind.UPDATE, change) as chat:
            assert await one.peers.pass_on(chat, b"real") == expected
            await one.peers.close(0)
    assert two.taken == [b"real"]
