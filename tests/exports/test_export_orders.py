"""Exports: each document is sent once, one after the other, and not too many."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from aiogram import Bot
from aiogram.client.telegram import TelegramAPIServer
from redis.asyncio import Redis

from db.engine import create_engine
from db.export import Format
from db.filters import Filter
from db.payments import Payments
from db.sessions import Sessions
from db.totals import Totals
from db.users import Users
from durable_dialogs.delivery.leases import Lease, Leases
from durable_dialogs.redis.address import parse
from durable_dialogs.redis.connection import connect
from durable_dialogs.state.keys import BotKeys
from durable_dialogs.telegram.session import Session
from exports import sending, writing
from exports.orders import Order
from locales import Catalog
from telegram_playground import Answer, Person, Playground
from tests.dialogs.test_counter import open_counter
from tests.dialogs.test_totals_changes import open_data
from tests.dialogs.test_totals_export import PATIENCE, documents, receive_document
from tests.support.proxy import Mishap, redis_by_proxy
from tests.support.tally import Tally


def files_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


@asynccontextmanager
async def worker(
    playground: Playground, tally: Tally, redis: Redis
) -> AsyncIterator[tuple[sending.Exports, Leases]]:
    """Give an `Exports`, like another worker of the same bot."""
    engine = create_engine(f"sqlite+aiosqlite:///{tally.data / 'tally.db'}")
    session = Session(api=TelegramAPIServer.from_base(playground.url))
    async with Bot(playground.token, session) as bot:
        leases, sessions = Leases(redis, BotKeys(bot.id), memory=60), Sessions(engine)
        sender = sending.Exports(
            bot,
            leases,
            Catalog(),
            writing.Writer(Totals(sessions), Payments(sessions), Users(sessions)),
        )
        yield sender, leases
    await engine.dispose()


@pytest.fixture
async def exporting(
    playground: Playground, tally: Tally
) -> AsyncIterator[tuple[sending.Exports, Leases]]:
    """Give an `Exports` on the Redis of the bot."""
    async with tally.redis() as redis, worker(playground, tally, redis) as own:
        yield own


def order_of(person: Person) -> Order:
    wanted = Filter(user_id=person.id)
    return Order(chat_id=person.id, format=Format.CSV, wanted=wanted, language="en")


async def test_a_document_that_is_too_large_is_replaced_by_a_message(
    ann: Person,
    tally: Tally,
    exporting: tuple[sending.Exports, Leases],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await open_counter(ann, "/totals")
    await tally.add_many(ann, 500)
    monkeypatch.setattr(writing, "LIMIT", 10_000)
    await exporting[0].send(f"export:{ann.id}", order_of(ann))
    message = await ann.receive(timeout=PATIENCE)
    assert (message.text or "").startswith("That would be a document of more than")
    assert await documents(ann) == []


async def test_a_document_that_another_worker_is_sending_is_left_to_it(
    ann: Person, tally: Tally, exporting: tuple[sending.Exports, Leases]
) -> None:
    await open_counter(ann, "/totals")
    await tally.add_totals(ann, [1])
    sender, leases = exporting
    name = f"export:{ann.id}"
    await leases.claim(name)
    with pytest.raises(sending.BusyError):
        await sender.send(name, order_of(ann))
    assert await documents(ann) == []
    await leases.release(name)
    await sender.send(name, order_of(ann))
    await sender.send(name, order_of(ann))
    assert len(await documents(ann)) == 1


async def test_the_lease_of_a_long_document_is_held_although_redis_was_away(
    playground: Playground, tally: Tally, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "HOLD", 0.15)
    ann = await playground.person("Ann", language_code="en")
    await open_counter(ann, "/totals")
    name, keys = f"export:{ann.id}", BotKeys(playground.bot.id)
    async with AsyncExitStack() as parts:
        proxy = await parts.enter_async_context(redis_by_proxy(tmp_path))
        redis, _ = connect(parse(proxy.url), 0, parts)
        sender, _ = await parts.enter_async_context(worker(playground, tally, redis))
        aside = await parts.enter_async_context(Redis.from_url(proxy.origin))
        other = Leases(aside, keys, memory=60)
        trouble = await playground.trouble("refuse", method="sendDocument", status=502, chat=ann.id)
        order = asyncio.create_task(sender.send(name, order_of(ann)))
        await until_held_on(aside, keys.own(f"claim:{name}"))
        assert await other.claim(name) is Lease.BUSY
        lost = proxy.trap(Mishap.LOSE_COMMAND, name.encode())
        await asyncio.wait_for(lost.sprung.wait(), PATIENCE)
        await until_held_on(aside, keys.own(f"claim:{name}"))
        assert await other.claim(name) is Lease.BUSY
        await playground.calm(trouble)
        await order
        assert await other.claim(name) is Lease.DONE
    assert len(await documents(ann)) == 1


async def until_held_on(redis: Redis, key: str) -> None:
    """Wait until the time of a lease is extended, so its holder is alive."""
    async with asyncio.timeout(PATIENCE):
        while (end := await redis.pexpiretime(key)) < 0:
            await asyncio.sleep(0.01)
        while await redis.pexpiretime(key) <= end:
            await asyncio.sleep(0.01)


async def test_documents_of_one_person_come_one_after_the_other_and_leave_no_files(
    playground: Playground,
    tally: Tally,
    exporting: tuple[sending.Exports, Leases],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    ann = await playground.person("Ann", language_code="en")
    await open_counter(ann, "/totals")
    await tally.add_totals(ann, [1])
    sender, leases = exporting
    trouble = await playground.trouble("refuse", method="sendDocument", status=502)
    called = await playground.call_count()
    names = [f"export:{ann.id}:{number}" for number in range(3)]
    orders = [asyncio.create_task(sender.send(name, order_of(ann))) for name in names]
    await playground.until_called("sendDocument", after=called, timeout=PATIENCE)
    # The file has no name on the disk that a kill could leave behind.
    assert files_in(tmp_path) == []
    # The others have not started: their leases are free.
    assert [await leases.claim(name) for name in names] == [Lease.BUSY, Lease.MINE, Lease.MINE]
    for name in names[1:]:
        await leases.release(name)
    await playground.calm(trouble)
    await asyncio.gather(*orders)
    assert len(await documents(ann)) == 3


async def test_a_person_who_waits_for_several_documents_is_asked_to_wait(
    playground: Playground, tally: Tally
) -> None:
    ann = await playground.person("Ann", language_code="en")
    await tally.add_totals(ann, [1])
    data = await open_data(ann)
    trouble = await playground.trouble("refuse", method="sendDocument", status=502, chat=ann.id)
    for _ in range(sending.WAITING):
        assert await ann.press(data, "As CSV") == Answer("The document is on its way")
    for label in ("As CSV", "Everything as JSON"):
        refused = await ann.press(data, label)
        assert refused is not None
        assert (refused.text or "").startswith("Several documents are on their way")
    await playground.calm(trouble)
    for _ in range(sending.WAITING):
        assert (await receive_document(playground, ann))[0] == "totals.csv"
    assert await ann.press(data, "As JSON") is not None
    assert (await receive_document(playground, ann))[0] == "totals.json"
