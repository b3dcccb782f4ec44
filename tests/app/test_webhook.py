"""By webhook: updates from Telegram alone count, and each is acknowledged once it is durable."""

import asyncio
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path

import pytest
from aiohttp import ClientSession

from durable_dialogs.delivery.overlap import OVERLAP
from telegram_playground import Person, Playground
from tests.dialogs.test_counter import open_counter
from tests.dialogs.test_stale import ENDED
from tests.support.nursery import START
from tests.support.ports import free_port
from tests.support.tally import Tally

HEADER = "X-Telegram-Bot-Api-Secret-Token"
SECRET = "open-sesame"


def by_webhook(tally: Tally) -> str:
    """Have a bot use a webhook; give the webhook's address."""
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


async def test_an_answer_waits_for_no_other_work(
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


@pytest.fixture(scope="module")
async def hook() -> AsyncIterator[Playground]:
    """Give a playground for a bot to which the tests post updates."""
    async with Playground() as own:
        yield own


@pytest.fixture(scope="module")
async def address(hook: Playground, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """Give the address at which that bot takes updates with the secret."""
    data = tmp_path_factory.mktemp("hook") / "data"
    own = Tally.on(hook, data, WEBHOOK_SECRET=SECRET)
    address = by_webhook(own)
    async with own.running():
        yield address


async def test_a_request_without_the_secret_is_refused(hook: Playground, address: str) -> None:
    ann = await hook.person("Ann")
    counter = await open_counter(ann)
    await ann.press(counter, "+1")
    update = {**(await hook.updates())[-1], "update_id": 1}
    async with ClientSession() as session:
        for headers in ({}, {HEADER: ""}, {HEADER: "wrong"}, {HEADER: "\u00e4"}):
            async with session.post(address, json=update, headers=headers) as answer:
                assert answer.status == 401
    await ann.press(counter, "+1")
    await ann.until(counter, text="Specify the number: 2")


async def test_a_body_that_is_not_an_update_stops_nothing(hook: Playground, address: str) -> None:
    headers = {HEADER: SECRET}
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
    ann = await hook.person("Ann")
    assert (await open_counter(ann)).text == "Specify the number: 0"


async def test_a_change_to_polling_drops_no_update(
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


async def test_the_next_start_does_not_set_the_webhook_again(
    own_playground: Playground, own_tally: Tally
) -> None:
    by_webhook(own_tally)
    for event in ("webhook_set", "webhook_unchanged"):
        async with own_tally.logging(event):
            await own_tally.start()
        await own_tally.stop()
    assert len(await own_playground.calls("setWebhook")) == 1


async def test_the_next_start_corrects_a_secret_of_another_program(
    own_playground: Playground, own_tally: Tally, ann_by_webhook: Person
) -> None:
    counter = await open_counter(ann_by_webhook)
    (call,) = await own_playground.calls("setWebhook")
    api = f"{own_playground.url}/bot{own_playground.token}"
    async with asyncio.timeout(START), ClientSession() as session:
        while True:  # Telegram takes setWebhook once a second at most
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


@pytest.mark.thorough
async def test_a_second_poller_ends_the_first_with_a_line_after_a_minute(
    own_playground: Playground, own_tally: Tally, tmp_path: Path
) -> None:
    await own_tally.start()
    (tmp_path / "second").mkdir()
    second = Tally(tmp_path / "second" / "data", **own_tally.settings)
    second.settings["DATA_DIR"] = str(second.data)
    await second.start()
    for tally in (own_tally, second):
        await tally.until_logged("updates_fetched_elsewhere")
    # Until one of them ends, they fetch by turns.
    counter = await open_counter(boris := await own_playground.person("Boris"))
    for value in range(1, 6):
        await boris.press(counter, "+1")
        await boris.until(counter, text=f"Specify the number: {value}")
    assert await own_tally.wait(OVERLAP + START) == 2
    last = own_tally.log.read_text().splitlines()[-1]
    assert last.startswith("BOT_TOKEN: Conflict: terminated by other getUpdates request")
    ann = await own_playground.person("Ann")
    assert (await open_counter(ann)).text == "Specify the number: 0"
    await second.clean_up()
