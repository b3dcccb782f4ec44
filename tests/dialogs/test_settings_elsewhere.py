"""Every worker knows a person's choices, and so do counters in chats without the bot."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from redis.asyncio import Redis

from locales import Catalog
from telegram_playground import Person, Playground
from tests.dialogs.test_counter import open_counter
from tests.dialogs.test_payment import lines, open_bill, pay
from tests.handlers.test_inline import post
from tests.promises.test_workers import press
from tests.support.choosing import PATIENT, choose, until, until_offered
from tests.support.gaming import open_game
from tests.support.groups import make_group
from tests.support.tally import Tally
from tests.support.workers import Workers
from tests.web.test_totals_api import given


@pytest.mark.thorough
async def test_a_choice_at_one_worker_applies_at_the_other(
    hooked: Playground, workers: Workers
) -> None:
    one, two = workers
    ann = await hooked.person("Ann", language_code="en")
    counter, settings = await open_counter(ann), await open_counter(ann, "/settings")
    for worker in workers:
        # So both workers know that she has no choices.
        await worker.post(press(ann, counter, "+1"))
    await until(ann, counter, "Specify the number: 2")
    await choose(ann, settings, "Language")
    settings = await until_offered(ann, settings, "Русский")
    await one.post(press(ann, settings, "Русский"))
    await until(ann, counter, "Укажите число: 2")
    await two.post(press(ann, counter, "+1"))
    await until(ann, counter, "Укажите число: 3")
    settings = await until(ann, settings, "Язык: Русский")
    await two.post(press(ann, settings, "Язык"))
    settings = await until_offered(ann, settings, "Как в моём Telegram")
    await two.post(press(ann, settings, "Как в моём Telegram"))
    await until(ann, counter, "Specify the number: 3")
    await one.post(press(ann, counter, "+1"))
    await until(ann, counter, "Specify the number: 4")


async def test_a_worker_that_lost_its_connection_asks_anew(
    hooked: Playground, workers: Workers
) -> None:
    one, two = workers
    ann = await hooked.person("Ann", language_code="en")
    counter, settings = await open_counter(ann), await open_counter(ann, "/settings")
    await two.post(press(ann, counter, "+1"))
    await choose(ann, settings, "Language")
    settings = await until_offered(ann, settings, "Русский")
    redis = Redis.from_url(two.tally.settings["REDIS_URL"])
    async with two.tally.logging("settings_sync_lost"), redis:
        await redis.client_kill_filter(_type="pubsub", skipme=False)
    await one.post(press(ann, settings, "Русский"))
    await until(ann, settings, "Язык: Русский")
    await two.post(press(ann, counter, "+1"))
    await until(ann, counter, "Укажите число: 2")


async def test_a_counter_in_another_chat_follows_its_posters_choice(
    own_playground: Playground, own_tally: Tally
) -> None:
    await own_playground.switch(inline=True, inline_feedback=True)
    await own_tally.start()
    ann, boris = [await own_playground.person(name, language_code="en") for name in ("Ann", "Bo")]
    group = await own_playground.group("Friends", members=[ann, boris], bot="left")
    counter = await post(ann, group, "tea")
    await boris.press(counter, "+1", timeout=PATIENT)
    await until(ann, counter, "tea\nSpecify the number: 1")
    settings = await open_counter(ann, "/settings")
    await choose(ann, settings, "Language", "Русский")
    await until(ann, counter, "tea\nУкажите число: 1")
    await boris.press(counter, "+1", timeout=PATIENT)
    assert (await until(ann, counter, "Укажите число: 2")).labels[-1] == ["Подтвердить", "Отмена"]


async def test_a_game_and_a_bill_stay_where_they_are(
    app_playground: Playground, app_ann: Person
) -> None:
    before = await app_playground.call_count()
    group = await make_group(app_playground, [app_ann])
    game = await open_game(app_ann, group)
    bill = await open_bill(app_ann)
    counter, settings = await open_counter(app_ann), await open_counter(app_ann, "/settings")
    await choose(app_ann, settings, "Language", "Русский")
    await until(app_ann, counter, "Укажите число: 0")
    counter = await open_counter(app_ann)
    await app_ann.press(counter, "+1", timeout=PATIENT)
    await until(app_ann, counter, "Укажите число: 1")
    assert [message.message_id for message in await app_ann.messages(group)][-1] == game.message_id
    await app_ann.until(game, lambda now: "Играть" in str(now.labels), timeout=PATIENT)
    assert (await app_ann.read(bill)).invoice
    # A bill says the same in both languages, but the bot finds out only when it draws.
    refused = [str(call.error) for call in await app_playground.refusals(after=before)]
    assert [error for error in refused if "is not modified" not in error] == []


async def test_the_page_of_totals_has_the_persons_language_and_time_zone(
    app_tally: Tally, app_ann: Person
) -> None:
    await app_tally.add_totals(app_ann, [5])
    assert (await given(app_tally, app_ann, "start"))["zone"] == "UTC"
    settings = await open_counter(app_ann, "/settings")
    await choose(app_ann, settings, "Time zone", "Pacific", "Auckland")
    await until(app_ann, settings, "Time zone: Auckland")
    await choose(app_ann, settings, "Language", "Русский")
    await until(app_ann, settings, "Язык: Русский")
    told = await given(app_tally, app_ann, "start")
    assert (told["language"], told["zone"]) == ("ru", "Pacific/Auckland")
    assert told["texts"]["zone"] == "Часовой пояс: Окленд"


async def test_payments_and_inline_results_show_times_in_the_chosen_zone(
    app_tally: Tally, app_ann: Person
) -> None:
    await app_tally.add_totals(app_ann, [5])
    charge_id = await pay(app_ann, await open_bill(app_ann))
    receipt = await app_ann.receive()
    assert lines(receipt)[1].endswith(" UTC")
    (row,) = await app_tally.until_payments(app_ann, 1)
    settings = await open_counter(app_ann, "/settings")
    await choose(app_ann, settings, "Time zone", "Pacific", "Auckland")
    await until(app_ann, settings, "Time zone: Auckland")
    paid_at = datetime.fromtimestamp(row["created_at"], ZoneInfo("Pacific/Auckland"))
    window = await open_counter(app_ann, "/payment")
    await choose(app_ann, window, "Payments")
    payments = await until(app_ann, window, charge_id)
    assert f"⭐ 10 · {Catalog().speak('en').moment(paid_at)}" in lines(payments)
    offered = (await app_ann.ask())["results"][-1]
    assert offered["description"] == "Jan 1, 2026, 1:00\u202fPM"
