"""Payments while a part is away or killed: one row and one receipt, or a refusal in time."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from playground_support.bot_side import BotSide
from telegram_playground import Message, Person, Playground
from tests.dialogs.test_counter import open_counter
from tests.dialogs.test_payment import bill_by, lines, open_bill, pay
from tests.promises.test_kills import KILLS
from tests.support.dice import dice
from tests.support.holding import Gate
from tests.support.nursery import START
from tests.support.presses import PATIENCE, spring
from tests.support.proxy import COMMIT, Mishap, Proxy
from tests.support.tally import Tally

AWAY = {"ok": False, "error": "Try again in a moment"}
PEOPLE = 8


async def receipts(person: Person) -> list[Message]:
    """Give the receipts in a person's chat."""
    return [message for message in await person.messages() if lines(message)[:1] == ["Paid: ⭐ 10"]]


async def test_a_payment_that_did_not_reach_the_database_does_so_after_the_restart(
    own_playground: Playground, own_tally: Tally
) -> None:
    await own_tally.start()
    ann = await own_playground.person("Ann")
    bill = await open_bill(ann)
    async with own_tally.locked_database():
        charge_id = await pay(ann, bill)
        receipt = await ann.receive()
        assert lines(receipt)[2] == f"ID: {charge_id}"
        await own_playground.until_pending(0)
        await own_tally.until_noted(receipt)
        await own_tally.kill()
    assert own_tally.payments(ann) == []
    await own_tally.start()
    (row,) = await own_tally.until_payments(ann, 1)
    assert row["telegram_payment_charge_id"] == charge_id
    await own_playground.repeat()
    await own_playground.until_pending(0)
    assert own_tally.payments(ann) == [row]
    assert len(await receipts(ann)) == 1


async def test_a_payment_whose_commit_outlives_its_process_is_one_row_and_one_receipt(
    own_playground: Playground, own_tally: Tally, gate: Gate
) -> None:
    own_tally.settings["REDIS_URL"] = gate.url
    await own_tally.start()
    ann = await own_playground.person("Ann")
    bill = await open_bill(ann)
    gate.close()
    await pay(ann, bill)
    async with asyncio.timeout(START):
        await gate.held.wait()
    await own_tally.kill()
    gate.open()
    assert own_tally.payments(ann) == []
    await own_tally.start()
    assert lines(await ann.receive(timeout=20))[0] == "Paid: ⭐ 10"
    await own_tally.until_payments(ann, 1)
    await own_playground.until_pending(0)
    assert len(await receipts(ann)) == len(own_tally.payments(ann)) == 1


async def test_paid_while_the_bot_is_killed_a_payment_is_one_row(
    own_playground: Playground, own_tally: Tally
) -> None:
    throw = dice()
    await own_tally.start()
    people = [await own_playground.person(f"P{number}") for number in range(PEOPLE)]
    paid: dict[int, int] = {person.id: 0 for person in people}
    for _ in range((KILLS + 4) // 5):
        bills = [await open_bill(person) for person in people]
        paying = [
            asyncio.create_task(person.pay(bill))
            for person, bill in zip(people, bills, strict=True)
        ]
        await asyncio.sleep(throw.uniform(0, 0.15))
        await own_tally.kill()
        await own_tally.start()
        for person, answer in zip(people, await asyncio.gather(*paying), strict=True):
            paid[person.id] += answer["ok"]
            if answer["ok"]:
                assert lines(await person.receive(timeout=20))[0] == "Paid: ⭐ 10"
    await own_playground.until_pending(0, timeout=30)
    for person in people:
        await own_tally.until_payments(person, paid[person.id])
        assert len(own_tally.payments(person)) == paid[person.id]
        async with asyncio.timeout(20):
            while len(await receipts(person)) < paid[person.id]:
                await asyncio.sleep(0.05)


@pytest.fixture(scope="module")
async def cashier(
    module_playground: Playground, proxy: Proxy, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Tally]:
    """Give a bot whose Redis is behind a proxy."""
    data: Path = tmp_path_factory.mktemp("bank") / "data"
    async with Tally.on(module_playground, data, REDIS_URL=proxy.url).running() as own:
        yield own


@pytest.fixture
async def ann(module_playground: Playground, cashier: Tally) -> Person:  # noqa: ARG001 - it serves her
    """Give a person who is new to that bot."""
    return await module_playground.person("Ann", language_code="en")


@pytest.mark.parametrize("mishap", Mishap)
@pytest.mark.parametrize("command", [b"payment:", COMMIT], ids=["announced", "committed"])
async def test_a_payment_is_one_row_whatever_becomes_of_its_way_to_redis(
    cashier: Tally, proxy: Proxy, ann: Person, mishap: Mishap, command: bytes
) -> None:
    bill = await open_bill(ann)
    trap = proxy.trap(mishap, command)
    await pay(ann, bill)
    assert lines(await ann.receive(timeout=PATIENCE))[0] == "Paid: ⭐ 10"
    # By now the bot has given up the call that is held and has tried again.
    assert trap.sprung.is_set() is (mishap is not Mishap.HOLD)
    await spring(trap)
    await cashier.until_payments(ann, 1)
    await open_counter(ann, "/start")
    assert len(await receipts(ann)) == len(cashier.payments(ann)) == 1


async def test_without_the_database_a_payment_is_refused_in_time_and_may_be_tried_again(
    cashier: Tally, ann: Person
) -> None:
    bill = await open_bill(ann)
    async with cashier.moved_away("payments"):
        assert await ann.pay(bill) == AWAY
    await pay(ann, bill)
    await cashier.until_payments(ann, 1)


async def test_a_bill_is_known_to_be_paid_before_the_database_hears_of_it(
    module_playground: Playground, cashier: Tally, ann: Person
) -> None:
    before = await module_playground.call_count()
    window = await open_counter(ann, "/payment")
    bill = await bill_by(window, ann)
    (sent,) = await module_playground.calls("sendInvoice", after=before)
    copy: dict[str, Any] = dict(sent.params, reply_markup=None)
    async with ClientSession() as session:
        second = await BotSide(module_playground, session)("sendInvoice", **copy)
    async with cashier.locked_database():
        await pay(ann, bill)
        await ann.receive()
        messages = {message.message_id: message for message in await ann.messages()}
        refused = await ann.pay(messages[second["message_id"]])
        assert refused["error"].startswith("This bill is paid already")
    await cashier.until_payments(ann, 1)


async def test_without_redis_a_payment_is_refused_in_time_and_may_be_tried_again(
    cashier: Tally, proxy: Proxy, ann: Person
) -> None:
    bill = await open_bill(ann)
    async with proxy.off():
        assert await ann.pay(bill) == AWAY
    await pay(ann, bill)
    await cashier.until_payments(ann, 1)
