"""Internal errors are answered and logged, and the bot goes on."""

import json
from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession, web

from telegram_playground import Answer, Playground
from tests.dialogs.test_counter import open_counter
from tests.support.tally import Tally

WRONG = Answer("Something went wrong, try again", show_alert=True)


async def test_an_error_is_answered_logged_with_its_update_and_changes_nothing(
    own_playground: Playground, own_tally: Tally
) -> None:
    await own_tally.start()
    ann = await own_playground.person("Ann")
    broken, sound = await open_counter(ann, "/numbers secret label"), await open_counter(ann)
    async with own_tally.rewritten_dialogs(f":m{broken.message_id - 1}") as (record,):
        for context in record["contexts"].values():
            del context["dialog_data"]["value"]
    assert await ann.press(broken, "+1") == WRONG
    assert (await ann.read(broken)).text == broken.text
    errors = [line for line in own_tally.logged() if line["level"] == "error"]
    (update,) = [line["update"] for line in errors if line["event"] == "update_failed"]
    assert update == (await own_playground.updates())[-1]["update_id"]
    assert "secret label" not in json.dumps(errors)
    await ann.press(sound, "+1")
    await ann.until(sound, text="Specify the number: 1")


async def test_while_the_database_is_away_a_message_is_answered_by_a_message(
    own_playground: Playground, own_tally: Tally
) -> None:
    await own_tally.start()
    ann = await own_playground.person("Ann")
    async with own_tally.moved_away("totals"):
        await ann.send("/totals")
        assert (await ann.receive()).text == "Try again in a moment"
    await ann.send("/totals")
    assert (await ann.receive()).labels == [["Back"]]


@pytest.fixture
async def without_commands(own_playground: Playground) -> AsyncIterator[str]:
    """Give a Bot API server that refuses setMyCommands."""

    async def forward(request: web.Request) -> web.Response:
        if request.path.endswith("/setMyCommands"):
            return web.json_response(
                {"ok": False, "error_code": 400, "description": "Bad Request: not today"},
                status=400,
            )
        async with ClientSession() as session:
            url = own_playground.url + request.path_qs
            headers = {"Content-Type": request.headers.get("Content-Type", "")}
            async with session.post(url, data=await request.read(), headers=headers) as answer:
                return web.json_response(await answer.json(), status=answer.status)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", forward)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def test_the_bot_runs_if_telegram_refuses_its_commands(
    own_playground: Playground, own_tally: Tally, without_commands: str
) -> None:
    own_tally.settings["BOT_API_URL"] = without_commands
    await own_tally.start()
    ann = await own_playground.person("Ann")
    assert (await open_counter(ann)).text == "Specify the number: 0"
    await own_tally.until_logged("commands_announced")
    assert "SetMyCommands" in {line.get("method") for line in own_tally.logged()}
    assert await own_tally.stop() == 0
