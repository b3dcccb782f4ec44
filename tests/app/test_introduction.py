"""Starts while Telegram is away, and refusals that are believed only when they last."""

import time
from http import HTTPStatus
from typing import Any

import pytest
from aiohttp import web

from telegram_playground import Playground
from tests.app.test_start import fails
from tests.app.test_webhook import by_webhook
from tests.dialogs.test_counter import open_counter
from tests.support.odd_answers import ODD, PAGE
from tests.support.ports import free_port
from tests.support.tally import Tally

FAILURES: list[dict[str, Any]] = [
    {"kind": "refuse", "status": HTTPStatus.BAD_GATEWAY},
    {"kind": "refuse", "status": HTTPStatus.TOO_MANY_REQUESTS, "retry_after": 1},
    {"kind": "refuse", "status": HTTPStatus.UNAUTHORIZED},
    {"kind": "cut"},
]

CALLS = ("getMe", "getWebhookInfo", "getMyCommands", "setMyCommands", "getChatMenuButton")
"""Some of the calls that the bot makes when it starts."""


def said(tally: Tally, event: str) -> int:
    """Count how often the bot has logged an event."""
    return sum(line["event"] == event for line in tally.logged())


@pytest.mark.parametrize("failure", FAILURES, ids=["502", "429", "401 once", "cut"])
async def test_a_start_waits_for_telegram(
    own_playground: Playground, own_tally: Tally, failure: dict[str, Any]
) -> None:
    await own_playground.trouble(**failure, method="getMe", times=1)
    await own_tally.start()
    ann = await own_playground.person("Ann")
    assert (await open_counter(ann)).text == "Specify the number: 0"


async def test_a_start_survives_odd_answers_to_every_call(
    own_playground: Playground, own_tally: Tally
) -> None:
    for method in CALLS:
        for name in ("a page", "no UTF-8", "no result"):
            await own_playground.trouble("answer", method=method, times=1, **ODD[name])
    await own_tally.start()
    await own_tally.until_logged("commands_announced")
    ann = await own_playground.person("Ann")
    assert (await open_counter(ann)).text == "Specify the number: 0"
    assert said(own_tally, "telegram_awaited") == 1


async def test_a_start_waits_for_a_server_that_starts_later_and_logs_it_once(
    own_tally: Tally, own_playground: Playground
) -> None:
    port = free_port()
    own_tally.settings["BOT_API_URL"] = f"http://127.0.0.1:{port}"
    await own_tally.begin()
    await own_tally.until_logged("telegram_awaited")

    async def pass_on(request: web.Request) -> web.Response:
        raise web.HTTPTemporaryRedirect(own_playground.url + request.path)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", pass_on)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await own_tally.until_logged("started")
    assert said(own_tally, "telegram_awaited") == 1
    await own_tally.stop()
    await runner.cleanup()


async def test_a_start_that_waits_stops_at_once(own_tally: Tally) -> None:
    own_tally.settings["BOT_API_URL"] = f"http://127.0.0.1:{free_port()}"
    await own_tally.begin()
    await own_tally.until_logged("telegram_awaited")
    began = time.monotonic()
    assert await own_tally.stop() == 0
    assert time.monotonic() - began < 5


async def test_workers_wait_for_telegram_too(own_playground: Playground, own_tally: Tally) -> None:
    own_tally.arguments = ("--workers", "2")
    by_webhook(own_tally)
    fault = await own_playground.trouble("refuse", method="getMe", status=502)
    await own_tally.begin()
    await own_tally.until_logged("telegram_awaited", times=2)
    assert await own_tally.stop() == 0
    await own_tally.begin()
    await own_tally.until_logged("telegram_awaited", times=4)
    await own_playground.calm(fault)
    await own_tally.until_logged("started", times=2)
    assert said(own_tally, "worker_died") == 0


@pytest.mark.thorough
@pytest.mark.parametrize("status", [HTTPStatus.OK, HTTPStatus.NOT_FOUND])
async def test_an_address_of_another_server_ends_the_start(
    own_playground: Playground, own_tally: Tally, status: int
) -> None:
    await own_playground.trouble("answer", **{**PAGE, "status": status})
    line = await fails(own_tally)
    assert line == "BOT_API_URL: the server there is not a Bot API server"


async def test_a_single_refusal_of_a_fetch_is_not_the_end(
    own_playground: Playground, own_tally: Tally
) -> None:
    await own_tally.start()
    counter = await open_counter(ann := await own_playground.person("Ann"))
    for value, status in enumerate((HTTPStatus.UNAUTHORIZED, HTTPStatus.CONFLICT), start=1):
        times = 3 if status == HTTPStatus.CONFLICT else 1
        await own_playground.trouble("refuse", method="getUpdates", status=status, times=times)
        await ann.press(counter, "+1", timeout=30)
        await ann.until(counter, text=f"Specify the number: {value}")
    assert said(own_tally, "updates_fetched_elsewhere") == said(own_tally, "token_refused") == 1
    assert await own_tally.stop() == 0


async def test_a_token_that_is_refused_twice_ends_the_bot(
    own_playground: Playground, own_tally: Tally
) -> None:
    await own_tally.start()
    await own_playground.trouble("refuse", method="getUpdates", status=HTTPStatus.UNAUTHORIZED)
    await (await own_playground.person("Ann")).send("/numbers")
    assert await own_tally.wait() == 2
    assert own_tally.log.read_text().splitlines()[-1] == "BOT_TOKEN: Telegram refuses the token"
