"""By webhook: only Telegram is heard, and an update is acknowledged when it is durable."""

import asyncio
from io import BytesIO
from pathlib import Path

import pytest
from aiohttp import ClientSession

from playground import Person, Playground
from tests.nursery import START
from tests.ports import free_port
from tests.tally import Tally
from tests.test_counter import open_counter
from tests.test_stale import ENDED

HEADER = "X-Telegram-Bot-Api-Secret-Token"


def by_webhook(tally: Tally) -> str:
    """Have a bot use a webhook; give the address that it serves."""
    port = free_port()
    tally.settings |= {"WEBHOOK_URL": f"http://127.0.0.1:{port}", "WEB_PORT": str(port)}
    return f"http://127.0.0.1:{port}/webhook"


@pytest.fixture
async def ann_by_webhook(own_playground: Playground, own_tally: Tally) -> Person:
    """Give a person of a bot that runs by webhook."""
    by_webhook(own_tally)
    await own_tally.start()
    await own_tally.until_logged("webhook_set")
    return await own_playground.person("Ann")


async def test_a_counter_is_tapped_and_confirmed_by_webhook(
    own_tally: Tally, ann_by_webhook: Person
) -> None:
    ann = ann_by_webhook
    counter = await open_counter(ann, "/numbers tea")
    await ann.press(counter, "+1")
    await ann.press(counter, "+1")
    await ann.until(counter, text="tea\nSpecify the number: 2")
    await ann.press(counter, "Confirm")
    await ann.until(counter, text="tea\nTotal: 2")
    assert [row["value"] for row in await own_tally.until_totals(ann, 1)] == [2]


async def test_an_answer_waits_for_nothing_else_that_is_to_be_done(
    own_playground: Playground, own_tally: Tally, ann_by_webhook: Person
) -> None:
    counter = await open_counter(ann_by_webhook)
    async with own_tally.redis() as redis:
        await redis.flushdb()
    await own_playground.trouble(
        "refuse", method="editMessageReplyMarkup", status=429, retry_after=10, times=1
    )
    before = await own_playground.call_count()
    assert await ann_by_webhook.press(counter, "+1", timeout=START) == ENDED
    await own_playground.until_called("editMessageReplyMarkup", after=before)
    (call,) = await own_playground.calls("editMessageReplyMarkup", after=before)
    assert call.status == 429
    # It is acknowledged when all is done, so that a kill in between loses nothing.
    assert await own_playground.pending() == 1
    await ann_by_webhook.until(counter, lambda message: message.reply_markup is None, timeout=START)
    await own_playground.until_pending(0)


async def test_who_does_not_know_the_secret_is_not_heard(
    own_playground: Playground, own_tally: Tally
) -> None:
    address = by_webhook(own_tally)
    await own_tally.start()
    ann = await own_playground.person("Ann")
    counter = await open_counter(ann)
    await ann.press(counter, "+1")
    update = {**(await own_playground.updates())[-1], "update_id": 1}
    async with ClientSession() as session:
        for headers in ({}, {HEADER: ""}, {HEADER: "wrong"}, {HEADER: "\u00e4"}):
            async with session.post(address, json=update, headers=headers) as answer:
                assert answer.status == 401
    await ann.press(counter, "+1")
    await ann.until(counter, text="Specify the number: 2")


async def test_what_is_no_update_stops_nothing(
    own_playground: Playground, own_tally: Tally
) -> None:
    own_tally.settings["WEBHOOK_SECRET"] = "open-sesame"
    address = by_webhook(own_tally)
    await own_tally.start()
    headers = {HEADER: "open-sesame"}
    bodies = {
        b"": 400,
        b"{": 400,
        b"[]": 200,
        b'{"update_id": 1, "message": 7}': 200,
        b" " * 2**21: 413,
    }
    async with ClientSession(headers=headers) as session:
        for body, status in bodies.items():
            async with session.post(address, data=BytesIO(body)) as answer:
                assert answer.status == status
        for method, path, status in (
            ("GET", "", 405),
            ("PUT", "", 405),
            ("POST", "/", 404),
            ("POST", "/../webhook2", 404),
        ):
            async with session.request(method, address + path, json={}) as answer:
                assert answer.status == status
    ann = await own_playground.person("Ann")
    assert (await open_counter(ann)).text == "Specify the number: 0"


async def test_back_to_polling_nothing_that_waits_is_dropped(
    own_playground: Playground, own_tally: Tally
) -> None:
    by_webhook(own_tally)
    await own_tally.start()
    ann = await own_playground.person("Ann")
    counter = await open_counter(ann)
    await own_tally.stop()
    await ann.press(counter, "+1", timeout=0)
    del own_tally.settings["WEBHOOK_URL"]
    await own_tally.start()
    await ann.until(counter, text="Specify the number: 1", timeout=START)


async def test_telegram_is_told_again_only_of_what_is_new_or_lost(
    own_playground: Playground, own_tally: Tally
) -> None:
    async def told() -> int:
        before = await own_playground.call_count()
        async with own_tally.logging("webhook_set", "webhook_stands"):
            await own_tally.start()
        await own_tally.stop()
        calls = await own_playground.calls("setWebhook", after=before)
        return sum(not call.error for call in calls)  # once a second at most

    by_webhook(own_tally)
    assert [await told(), await told()] == [1, 0]
    own_tally.settings["WEBHOOK_SECRET"] = "open-sesame"
    assert [await told(), await told()] == [1, 0]
    lost = f"{own_playground.url}/bot{own_playground.token}/deleteWebhook"
    async with ClientSession() as session, session.post(lost) as answer:
        assert answer.status == 200
    assert await told() == 1
    by_webhook(own_tally)
    assert await told() == 1


async def test_a_secret_that_somebody_else_has_set_is_put_right_by_the_next_start(
    own_playground: Playground, own_tally: Tally, ann_by_webhook: Person
) -> None:
    counter = await open_counter(ann_by_webhook)
    (call,) = await own_playground.calls("setWebhook")
    api = f"{own_playground.url}/bot{own_playground.token}"
    async with asyncio.timeout(START), ClientSession() as session:
        while True:  # once a second at most
            wrong = call.params | {"secret_token": "wrong"}
            async with session.post(f"{api}/setWebhook", json=wrong) as answer:
                if answer.status == 200:
                    break
            await asyncio.sleep(0.1)
        await ann_by_webhook.press(counter, "+1", timeout=0)
        refused = False
        while not refused:
            async with session.get(f"{api}/getWebhookInfo") as answer:
                refused = "last_error_message" in (await answer.json())["result"]
    await own_tally.stop()
    async with own_tally.logging("webhook_set"):
        await own_tally.start()
    await ann_by_webhook.until(counter, text="Specify the number: 1", timeout=30)


async def test_who_polls_second_ends_the_first_with_a_line(
    own_playground: Playground, own_tally: Tally, tmp_path: Path
) -> None:
    await own_tally.start()
    (tmp_path / "second").mkdir()
    second = Tally(tmp_path / "second" / "data", **own_tally.settings)
    second.settings["DATA_DIR"] = str(second.data)
    await second.start()
    assert await own_tally.wait() == 2
    last = own_tally.log.read_text().splitlines()[-1]
    assert last.startswith("BOT_TOKEN: Conflict: terminated by other getUpdates request")
    ann = await own_playground.person("Ann")
    assert (await open_counter(ann)).text == "Specify the number: 0"
    await second.clean_up()
