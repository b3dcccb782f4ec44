"""The quarantine: it keeps unreadable updates through kills, and lists, retries and drops them."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import orjson
import pytest
from aiohttp import ClientSession
from redis.asyncio import Redis

from durable_dialogs.intake import quarantine as rules
from durable_dialogs.intake.quarantine import Quarantine
from durable_dialogs.redis.batch import Batch
from durable_dialogs.state.keys import BotKeys
from telegram_playground import Person, Playground
from tests.app.test_unread import HALF, HUGE, NO_UTF8, alter
from tests.app.test_webhook import HEADER, SECRET, by_webhook
from tests.dialogs.test_counter import open_counter
from tests.dialogs.test_payment import open_bill, pay
from tests.handlers.test_payment_kills import receipts
from tests.support.nursery import START
from tests.support.tally import Tally

NONE = "The quarantine is empty.\n"


@asynccontextmanager
async def quarantine_of(tally: Tally) -> AsyncIterator[Quarantine]:
    """Open the quarantine of a running bot."""
    async with tally.redis() as redis:
        yield Quarantine(redis, Batch(redis), BotKeys(tally.bot_id, "tally"))


async def set_aside(playground: Playground, tally: Tally, person: Person, text: str) -> str:
    """Have a message put into the quarantine; give its name there."""
    await alter(playground, "message", {"via_bot": 7})
    async with tally.logging("update_set_aside"):
        await person.send(text)
    return next(
        str(line["update"])
        for line in reversed(tally.logged())
        if line["event"] == "update_set_aside"
    )


async def listed(tally: Tally) -> list[str]:
    """Give the names of the updates in the quarantine."""
    status, out, errors = await tally.run("quarantine")
    assert (status, errors) == (0, "")
    return [] if out == NONE else [line.split()[0] for line in out.splitlines()[1:]]


async def until_listed(tally: Tally, names: list[str]) -> None:
    """Wait until exactly these updates are in the quarantine."""
    async with asyncio.timeout(START):
        while await listed(tally) != names:
            await asyncio.sleep(0.1)


@pytest.mark.parametrize("way", ["polling", "webhook"])
async def test_the_quarantine_survives_a_kill_and_lists_shows_and_forgets(
    own_playground: Playground, own_tally: Tally, way: str
) -> None:
    if way == "webhook":
        by_webhook(own_tally)
    assert await own_tally.run("quarantine") == (0, NONE, "")
    await own_tally.start()
    assert await own_tally.run("quarantine") == (0, NONE, "")
    ann = await own_playground.person("Ann")
    await open_counter(ann)
    name = await set_aside(own_playground, own_tally, ann, "12 teas")
    await own_playground.until_pending(0)
    await own_tally.kill()
    await own_tally.start()
    _, out, _ = await own_tally.run("quarantine")
    head, line = out.splitlines()
    assert head.split()[:2] == ["update", "kind"]
    assert line.split()[:2] == [name, "message"]
    assert line.endswith("message.via_bot")
    assert "teas" not in out
    _, out, _ = await own_tally.run("quarantine", "--show", name)
    assert orjson.loads(out)["message"]["text"] == "12 teas"
    for wrong in (["--drop", "1"], ["--show"], ["--drop"], [name], ["--show", "--drop", name]):
        status, _, errors = await own_tally.run("quarantine", *wrong)
        assert status == 2
        assert len(errors.splitlines()) == 1
    assert (await own_tally.run("quarantine", "--drop", name))[0] == 0
    assert await listed(own_tally) == []


async def test_a_retry_carries_out_an_update_that_can_be_read_now(
    own_playground: Playground, own_tally: Tally
) -> None:
    await own_tally.start()
    ann = await own_playground.person("Ann")
    still = await set_aside(own_playground, own_tally, ann, "/numbers wrong")
    await open_counter(ann, "/numbers tea")
    update = (await own_playground.updates())[-1]
    message = {**update["message"], "message_id": 1_000}
    later = {**update, "update_id": update["update_id"] + 1_000, "message": message}
    name = str(later["update_id"])
    async with quarantine_of(own_tally) as quarantine:
        await quarantine.put(orjson.dumps(later), "message", "what a former version refused")
    await until_listed(own_tally, [still, name])
    status, out, _ = await own_tally.run("quarantine", "--retry")
    assert status == 0
    assert out.startswith("The bot tries 2 again")
    assert (await ann.receive(timeout=START)).text == "tea\nSpecify the number: 0"
    await until_listed(own_tally, [still])
    await own_tally.until_logged("update_still_unreadable")
    # Retried by its id while the bot is stopped. It is done already, so it is not done again.
    async with quarantine_of(own_tally) as quarantine:
        await quarantine.put(orjson.dumps(later), "message", "-")
    await own_tally.stop()
    assert (await own_tally.run("quarantine", "--retry", name))[0] == 0
    assert await listed(own_tally) == [still, name]
    await own_tally.start()
    await until_listed(own_tally, [still])
    assert len([m for m in await ann.messages() if (m.text or "").startswith("tea")]) == 2


@pytest.mark.parametrize(("raw", "replace"), [("HALF", HALF), ("HUGE", HUGE)])
async def test_an_update_that_can_not_be_encoded_as_json_survives_a_kill(
    own_playground: Playground, own_tally: Tally, raw: str, replace: dict[str, bytes]
) -> None:
    await own_tally.start()
    ann = await own_playground.person("Ann")
    boris = await own_playground.person("Boris")
    counter, other = await open_counter(ann), await open_counter(boris)
    before = await own_playground.call_count()
    await own_playground.trouble("hang", method="answerCallbackQuery", times=1)
    await alter(own_playground, "callback_query", {"message": {"new": raw}}, replace)
    await ann.press(counter, "+1", timeout=0)
    await own_playground.until_called("answerCallbackQuery", after=before)
    await boris.press(other, "+1", timeout=START)
    await boris.until(other, text="Specify the number: 1")
    await own_playground.until_pending(0)
    async with own_tally.redis() as redis:
        kept = await redis.hvals(own_tally.inbox)
    (odd,) = replace.values()
    assert any(odd in body for body in kept)
    await own_tally.kill()
    await own_tally.start()
    await own_tally.until_inbox_is_empty()
    await ann.press(counter, "+1", timeout=START)
    await ann.until(counter, text="Specify the number: 2")


@pytest.mark.parametrize("way", ["polling", "webhook"])
async def test_an_odd_payment_is_one_row_and_one_receipt_after_a_kill(
    own_playground: Playground, own_tally: Tally, way: str
) -> None:
    if way == "webhook":
        by_webhook(own_tally)
    await own_tally.start()
    ann = await own_playground.person("Ann")
    bill = await open_bill(ann)
    await alter(own_playground, "message", {"from": 7, "date": "x", "new": "RAW"}, NO_UTF8)
    async with own_tally.locked_database():
        charge_id = await pay(ann, bill)
        receipt = await ann.receive(timeout=START)
        await own_tally.until_noted(receipt)
        await own_tally.kill()
    await own_tally.start()
    (row,) = await own_tally.until_payments(ann, 1)
    assert row["telegram_payment_charge_id"] == charge_id
    await own_playground.until_pending(0, timeout=START)
    await own_playground.repeat()
    await own_playground.until_pending(0)
    assert own_tally.payments(ann) == [row]
    assert len(await receipts(ann)) == 1
    assert await listed(own_tally) == []


async def test_unusable_updates_in_the_inbox_are_quarantined(
    own_playground: Playground, own_tally: Tally
) -> None:
    await own_tally.start()
    ann = await own_playground.person("Ann")
    await open_counter(ann)
    update = (await own_playground.updates())[-1]
    await own_tally.stop()
    message = {**update["message"], "via_bot": 7}
    await own_tally.keep_in_inbox({"update_id": 7, "message": message}, {"update_id": 8, "x": 2})
    await own_tally.start()
    await own_tally.until_inbox_is_empty()
    assert await listed(own_tally) == ["7"]
    await open_counter(ann)


async def test_a_body_that_is_no_json_is_refused_once_and_then_quarantined(
    own_playground: Playground, own_tally: Tally
) -> None:
    own_tally.settings["WEBHOOK_SECRET"] = SECRET
    address = by_webhook(own_tally)
    await own_tally.start()
    async with ClientSession(headers={HEADER: SECRET}) as session:
        for body, statuses in (
            (b'{"update_id": 7, "message": {"text": "\\x"}}', [400, 200, 200]),
            (b'{"update_id": 8, "mess', [400, 200]),
            (b"7", [200]),
            (b"", [400, 400]),
        ):
            for status in statuses:
                async with session.post(address, data=body) as answer:
                    assert answer.status == status
    seven, eight, number = await listed(own_tally)
    assert (seven, eight, number[0]) == ("7", "8", "x")
    assert (await open_counter(await own_playground.person("Ann"))).text


async def test_the_quarantine_drops_the_oldest_and_each_entry_expires(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    quarantine = Quarantine(redis, Batch(redis), BotKeys(7, "tally"))
    monkeypatch.setattr(rules, "MOST", 3)
    for number in range(5):
        await quarantine.put(b'{"update_id":%d,"x":1}' % number, "message", "x y")
        await redis.zincrby("tally:{7}:quarantine", number - 10, str(number))
    entries = await quarantine.entries()
    assert [(entry.name, entry.why) for entry in entries] == [(n, "x y") for n in "234"]
    assert await quarantine.body("1") is None
    monkeypatch.setattr(rules, "BYTES", 60)
    await quarantine.put(b'{"update_id":9,"x":"%s"}' % (b"y" * 20), "message", "-")
    assert [entry.name for entry in await quarantine.entries()] == ["9"]
    # An entry that is there already stays as it is.
    await quarantine.put(b'{"update_id":9}', "message", "-")
    assert await quarantine.body("9") == b'{"update_id":9,"x":"%s"}' % (b"y" * 20)
    for key in await redis.keys("tally:*"):
        assert 0 < await redis.ttl(key) <= rules.KEPT
    await redis.zadd("tally:{7}:quarantine", {"9": 1})
    assert await quarantine.entries() == []


@pytest.mark.parametrize("way", ["count", "bytes"])
async def test_payments_go_last(redis: Redis, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    quarantine = Quarantine(redis, Batch(redis), BotKeys(7, "tally"))
    size = len(b'{"update_id":1}')
    monkeypatch.setattr(rules, *(("MOST", 2) if way == "count" else ("BYTES", 2 * size)))

    async def put(number: int, why: str) -> None:
        await quarantine.put(b'{"update_id":%d}' % number, "message", why)
        await redis.zincrby("tally:{7}:quarantine", number - 10, str(number))

    async def kept() -> list[str]:
        return [entry.name for entry in await quarantine.entries()]

    await put(1, "message.successful_payment message.from")
    await put(2, "message.poll")
    await put(3, "message.reply_to_message.successful_payment message.from")
    assert await kept() == ["1", "3"]
    await put(4, "message.refunded_payment")
    assert await kept() == ["1", "4"]
    await put(5, "message.poll")
    assert (await kept(), await quarantine.body("5")) == (["1", "4"], None)
    await put(6, "message.successful_payment.total_amount")
    assert await kept() == ["4", "6"]


async def test_what_a_kill_has_left_of_an_entry_is_in_the_way_of_no_other(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    quarantine = Quarantine(redis, Batch(redis), BotKeys(7, "tally"))
    monkeypatch.setattr(rules, "MOST", 2)
    # What a former version left if it was killed while it dropped an update.
    await redis.zadd("tally:{7}:quarantine", {"1": time.time() - 9})
    for number in (2, 3):
        await quarantine.put(b'{"update_id":%d}' % number, "message", "-")
    assert [entry.name for entry in await quarantine.entries()] == ["2", "3"]
    assert await redis.zrange("tally:{7}:quarantine", 0, -1) == [b"2", b"3"]


async def test_a_drop_is_one_command(redis: Redis) -> None:
    quarantine = Quarantine(redis, Batch(redis), BotKeys(7, "tally"))
    await quarantine.put(b'{"update_id":1}', "message", "-")
    await quarantine.ask_again(["1"])
    before = (await redis.info("commandstats")).get("cmdstat_evalsha", {"calls": 0})["calls"]
    assert await quarantine.drop("1")
    assert await redis.keys("tally:*") == []
    assert not await quarantine.drop("1")
    stats = await redis.info("commandstats")
    # The server runs nothing else between the parts of a script, and a kill can't come there.
    assert stats["cmdstat_evalsha"]["calls"] > before
