"""Orders of documents: each is sent once, one after the other, and not too many."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer

import exports
from db.engine import create_engine
from db.export import Format
from db.filters import Filter
from db.payments import Payments
from db.sessions import Sessions
from db.totals import Totals
from db.users import Users
from fsm.claims import Claim, Claims
from fsm.store import AwayError
from locales import Catalog
from playground import Answer, Person, Playground
from tests.tally import Tally
from tests.test_counter import open_counter
from tests.test_totals_changes import open_data
from tests.test_totals_export import PATIENCE, documents, receive_document


def files_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


@pytest.fixture
async def exporting(
    playground: Playground, tally: Tally
) -> AsyncIterator[tuple[exports.Exports, Claims]]:
    """Give what sends documents, as another worker of the same bot."""
    engine = create_engine(f"sqlite+aiosqlite:///{tally.data / 'tally.db'}")
    session = AiohttpSession(api=TelegramAPIServer.from_base(playground.url))
    async with tally.redis() as redis, Bot(playground.token, session) as bot:
        claims, sessions = Claims(redis, bot.id, memory=60), Sessions(engine)
        sender = exports.Exports(
            bot,
            claims,
            Catalog(),
            totals=Totals(sessions),
            payments=Payments(sessions),
            users=Users(sessions),
        )
        yield sender, claims
    await engine.dispose()


def order_of(person: Person) -> exports.Order:
    wanted = Filter(user_id=person.id)
    return exports.Order(chat_id=person.id, format=Format.CSV, wanted=wanted, language="en")


async def test_more_than_telegram_takes_is_said_instead(
    ann: Person,
    tally: Tally,
    exporting: tuple[exports.Exports, Claims],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await open_counter(ann, "/totals")
    await tally.add_many(ann, 500)
    monkeypatch.setattr(exports, "LIMIT", 10_000)
    await exporting[0].send(f"export:{ann.id}", order_of(ann))
    message = await ann.receive(timeout=PATIENCE)
    assert (message.text or "").startswith("That would be a document of more than")
    assert await documents(ann) == []


async def test_what_another_worker_is_sending_is_left_to_it(
    ann: Person, tally: Tally, exporting: tuple[exports.Exports, Claims]
) -> None:
    await open_counter(ann, "/totals")
    await tally.add_totals(ann, [1])
    sender, claims = exporting
    name = f"export:{ann.id}"
    await claims.claim(name)
    with pytest.raises(exports.BusyError):
        await sender.send(name, order_of(ann))
    assert await documents(ann) == []
    await claims.release(name)
    await sender.send(name, order_of(ann))
    await sender.send(name, order_of(ann))
    assert len(await documents(ann)) == 1


async def test_one_that_takes_long_stays_claimed_though_redis_was_away_meanwhile(
    ann: Person, exporting: tuple[exports.Exports, Claims], monkeypatch: pytest.MonkeyPatch
) -> None:
    sender, claims = exporting
    hold, held, answers = claims.hold, asyncio.Event(), [AwayError()]

    async def hold_but_fail_first(name: str) -> None:
        if failure := answers.pop(0) if answers else None:
            raise failure
        await hold(name)
        held.set()

    async def send_until_held(_order: exports.Order) -> None:
        await asyncio.wait_for(held.wait(), PATIENCE)

    monkeypatch.setattr(exports, "HOLD", 0.03)
    monkeypatch.setattr(claims, "hold", hold_but_fail_first)
    monkeypatch.setattr(sender, "_send", send_until_held)
    await sender.send(f"export:{ann.id}", order_of(ann))
    assert await claims.claim(f"export:{ann.id}") is Claim.DONE


async def test_documents_of_one_person_come_one_after_the_other_and_leave_no_files(
    playground: Playground,
    tally: Tally,
    exporting: tuple[exports.Exports, Claims],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    ann = await playground.person("Ann", language_code="en")
    await open_counter(ann, "/totals")
    await tally.add_totals(ann, [1])
    sender, claims = exporting
    trouble = await playground.trouble("refuse", method="sendDocument", status=502)
    called = await playground.call_count()
    names = [f"export:{ann.id}:{number}" for number in range(3)]
    sending = [asyncio.create_task(sender.send(name, order_of(ann))) for name in names]
    await playground.until_called("sendDocument", after=called, timeout=PATIENCE)
    # It is written, but under no name that a kill could leave behind.
    assert files_in(tmp_path) == []
    # The others are not even begun: anybody may still claim them.
    assert [await claims.claim(name) for name in names] == [Claim.BUSY, Claim.MINE, Claim.MINE]
    for name in names[1:]:
        await claims.release(name)
    await playground.calm(trouble)
    await asyncio.gather(*sending)
    assert len(await documents(ann)) == 3


async def test_who_waits_for_several_documents_is_asked_for_patience(
    playground: Playground, tally: Tally
) -> None:
    ann = await playground.person("Ann", language_code="en")
    await tally.add_totals(ann, [1])
    data = await open_data(ann)
    trouble = await playground.trouble("refuse", method="sendDocument", status=502, chat=ann.id)
    for _ in range(exports.WAITING):
        assert await ann.press(data, "As CSV") == Answer("The document is on its way")
    for label in ("As CSV", "Everything as JSON"):
        refused = await ann.press(data, label)
        assert refused is not None
        assert (refused.text or "").startswith("Several documents are on their way")
    await playground.calm(trouble)
    for _ in range(exports.WAITING):
        assert (await receive_document(playground, ann))[0] == "totals.csv"
    assert await ann.press(data, "As JSON") is not None
    assert (await receive_document(playground, ann))[0] == "totals.json"
