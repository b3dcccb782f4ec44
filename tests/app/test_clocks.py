"""This machine's clock is compared with Telegram's, and it is told which is off."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from email.utils import formatdate

import pytest
from aiohttp import ClientSession, DummyCookieJar

from durable_dialogs.telegram.clock import QUICK, TelegramClock
from telegram_playground import Playground
from telegram_playground.signing import init_data
from tests.support.browsers import Browser, signed
from tests.support.nursery import START
from tests.support.ports import free_port
from tests.support.tally import Tally
from tests.support.watching import metrics
from tests.web.test_totals_api import ask
from web.viewers import MAX_AGE

SKEW = "tally_clock_skew_seconds"
HOUR = 3600
NOW = 1_700_000_000
USER = {"id": 1000001, "first_name": "Ann"}


@pytest.fixture
async def clocked(own_tally: Tally) -> Tally:
    """Give a running bot with pages."""
    own_tally.settings |= {"WEB_APP_URL": "https://example.org", "WEB_PORT": str(free_port())}
    return await own_tally.start()


async def dated(playground: Playground, tally: Tally, ahead: float) -> None:
    """Set Telegram's clock ahead of this machine's, and wait until the bot has noticed."""
    await playground.calm()
    if ahead:
        date = formatdate(time.time() + ahead, usegmt=True)
        await playground.trouble("answer", status=200, headers={"Date": date})
    await until(tally, lambda now: abs(now[SKEW] + ahead) <= QUICK + 2)


async def until(tally: Tally, is_so: Callable[[Counter[str]], bool]) -> None:
    """Wait until the metrics fulfil a condition. Each request makes the bot call Telegram."""
    async with asyncio.timeout(START):
        while not is_so(await metrics(tally)):
            await asyncio.sleep(0.1)


def events(tally: Tally, *names: str) -> list[str]:
    """Give the logged events with these names, in order."""
    return [line["event"] for line in tally.logged() if line["event"] in names]


@pytest.mark.parametrize(("ahead", "how"), [(HOUR, "behind"), (-HOUR, "ahead of")])
async def test_a_wrong_clock_is_logged_once_and_again_after_it_was_right(
    own_playground: Playground, clocked: Tally, ahead: float, how: str
) -> None:
    told: list[str] = []
    for _ in range(2):
        await dated(own_playground, clocked, ahead)
        # Two more calls with the same time log nothing more.
        for _ in range(2):
            before = len(await own_playground.calls("getMe"))
            async with asyncio.timeout(START):
                while len(await own_playground.calls("getMe")) == before:
                    await metrics(clocked)
        told.append("clock_wrong")
        assert events(clocked, "clock_wrong", "clock_right") == told
        await dated(own_playground, clocked, 0)
        told.append("clock_right")
        assert events(clocked, "clock_wrong", "clock_right") == told
    first = next(line for line in clocked.logged() if line["event"] == "clock_wrong")
    assert first["off"] == "this machine's"
    assert f"s {how} Telegram's" in first["hint"]


async def test_answers_without_a_date_or_with_an_odd_one_tell_nothing(
    own_playground: Playground, clocked: Tally
) -> None:
    for date in ("", "tea", "Mon, 99 Jan 2026 00:00:00 GMT", "\u00e4"):
        await own_playground.calm()
        await own_playground.trouble("answer", status=200, headers={"Date": date})
        before = await own_playground.call_count()
        ann = await own_playground.person("Ann")
        await ann.send("/numbers")
        assert (await ann.receive()).text == "Specify the number: 0"
        assert await own_playground.call_count() > before
    assert events(clocked, "clock_wrong") == []
    assert abs((await metrics(clocked))[SKEW]) <= QUICK


async def test_data_signed_in_the_future_logs_which_clock_is_off(
    own_playground: Playground, clocked: Tally
) -> None:
    await dated(own_playground, clocked, HOUR)
    token = own_playground.token
    data = f"tma {init_data(token, USER, int(time.time()) + HOUR)}"
    status, told = await ask(clocked, data, "start")
    assert (status, told["error"]) == (401, "clock")
    assert told["text"].startswith("Часы бота")
    (line,) = [line for line in clocked.logged() if line["event"] == "signed_in_future"]
    assert (line["what"], line["off"]) == ("init_data", "this machine's")
    assert HOUR - 10 <= line["seconds"] <= HOUR
    async with ClientSession(cookie_jar=DummyCookieJar()) as session:
        browser = Browser(session, f"http://127.0.0.1:{clocked.settings['WEB_PORT']}")
        answer = await browser.ask(signed(token, -HOUR))
    assert answer.status == 401
    assert "has to set the clock" in answer.text
    assert answer.cookie is None


async def test_data_ten_minutes_old_logs_that_no_clock_is_off(
    own_playground: Playground, clocked: Tally
) -> None:
    await dated(own_playground, clocked, 0)
    data = f"tma {init_data(own_playground.token, USER, int(time.time()) - 660)}"
    status, _ = await ask(clocked, data, "start")
    assert status == 200
    (line,) = [line for line in clocked.logged() if line["event"] == "signed_long_ago"]
    assert (line["what"], line["off"]) == ("init_data", "not this machine's")
    assert 660 <= line["seconds"] < 720


async def test_data_too_old_only_by_this_machines_clock_is_not_called_too_old(
    own_playground: Playground, clocked: Tally
) -> None:
    data = f"tma {init_data(own_playground.token, USER, int(time.time()) - MAX_AGE - 60)}"
    for ahead, reason in ((0, "stale"), (-HOUR, "clock")):
        await dated(own_playground, clocked, ahead)
        status, told = await ask(clocked, data, "start")
        assert (status, told["error"]) == (401, reason)


@pytest.mark.parametrize(
    ("began", "ended", "skew"),
    [
        (0, 0.2, 0),  # within the second of the `Date`
        (0.9, 1.2, 0),
        (2.5, 2.7, 1.5),
        (-3, -2.8, -2.8),
        (-3, 1, 0),  # the call took so long that the clocks may agree
        (0, 30, None),  # a long poll
        (0, -5, None),  # the clock was set during the call
    ],
)
def test_the_skew_is_no_more_than_a_call_can_tell(
    began: float, ended: float, skew: float | None
) -> None:
    clock = TelegramClock()
    clock.compare(formatdate(NOW, usegmt=True), NOW + began, NOW + ended)
    assert clock.skew == (None if skew is None else pytest.approx(skew, abs=0.001))
