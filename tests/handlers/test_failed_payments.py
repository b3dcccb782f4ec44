"""Payments whose handler fails: they are set aside, and saved once when they are tried again."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession

from playground_support.bot_side import BotSide
from telegram_playground import Person, Playground
from tests.app.test_webhook import by_webhook
from tests.dialogs.test_payment import lines, open_bill, pay
from tests.handlers.test_payment_kills import receipts
from tests.handlers.test_refunds import paid_by, until_refunded
from tests.promises.test_quarantine import listed, until_listed
from tests.support.nursery import START
from tests.support.proxy import COMMIT, Proxy, redis_by_proxy
from tests.support.tally import Tally

BUG = "ERR a bug, or anything else that fails three times"


@pytest.fixture
async def proxy(tmp_path: Path) -> AsyncIterator[Proxy]:
    """Give a proxy before a Redis."""
    async with redis_by_proxy(tmp_path / "redis") as own:
        yield own


@pytest.fixture(params=["polling", "webhook"])
async def cashier(own_tally: Tally, proxy: Proxy, request: pytest.FixtureRequest) -> Tally:
    """Give a bot whose Redis is behind the proxy, by either way."""
    own_tally.settings["REDIS_URL"] = proxy.url
    if request.param == "webhook":
        by_webhook(own_tally)
    return await own_tally.start()


@pytest.fixture
async def ann(own_playground: Playground, cashier: Tally) -> Person:  # noqa: ARG001 - it serves her
    """Give a person who is new to that bot."""
    return await own_playground.person("Ann", language_code="en")


async def set_aside(tally: Tally) -> str:
    """Give the name of the payment that is set aside, and see why it is."""
    await tally.until_logged("update_set_aside")
    status, out, _ = await tally.run("quarantine")
    (line,) = out.splitlines()[1:]
    assert status == 0
    assert line.split()[1] == "message"
    assert line.endswith("_payment failed")  # so that it is dropped last
    return line.split()[0]


async def test_a_payment_that_fails_is_set_aside_and_saved_by_another_try(
    own_playground: Playground, proxy: Proxy, cashier: Tally, ann: Person
) -> None:
    bill = await open_bill(ann)
    with proxy.refusing(COMMIT, BUG):
        charge_id = await pay(ann, bill)
        told = await ann.receive(timeout=START)
        assert (told.text or "").endswith("Don't pay again: write to /paysupport.")
        await own_playground.until_pending(0)
        name = await set_aside(cashier)
        # What still fails stays there.
        assert (await cashier.run("quarantine", "--retry"))[0] == 0
        await cashier.until_logged("update_still_fails")
        assert await listed(cashier) == [name]
    assert cashier.payments(ann) == []
    await cashier.kill()
    await cashier.start()
    assert (await cashier.run("quarantine", "--retry", name))[0] == 0
    await until_listed(cashier, [])
    (row,) = await cashier.until_payments(ann, 1)
    assert row["telegram_payment_charge_id"] == charge_id
    async with asyncio.timeout(START):
        while not await receipts(ann):
            await asyncio.sleep(0.05)
    assert len(await receipts(ann)) == 1
    assert "Ann" not in cashier.log.read_text()


async def test_a_refund_that_fails_is_set_aside_and_noted_by_another_try(
    own_playground: Playground, proxy: Proxy, cashier: Tally, ann: Person
) -> None:
    charge_id, receipt = await paid_by(ann, cashier)
    assert lines(receipt)[0] == "Paid: ⭐ 10"
    with proxy.refusing(COMMIT, BUG):
        async with ClientSession() as session:
            bot = BotSide(own_playground, session)
            await bot("refundStarPayment", user_id=ann.id, telegram_payment_charge_id=charge_id)
        name = await set_aside(cashier)
    assert cashier.payments(ann)[0]["refunded_at"] is None
    assert (await cashier.run("quarantine", "--retry", name))[0] == 0
    await until_refunded(ann, receipt, cashier)
    await until_listed(cashier, [])
