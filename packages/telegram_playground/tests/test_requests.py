"""The formats of calls and answers."""

import asyncio
from io import BytesIO

import orjson
import pytest
from aiohttp import FormData, MultipartWriter

from playground_support.bot_side import BotSide, read
from telegram_playground import Person, Playground
from telegram_playground.bot_methods import HANDLERS, Handler
from telegram_playground.schema import METHODS


async def test_a_deeply_nested_body_is_refused_like_any_other(bot: BotSide) -> None:
    body = '{"a":' * 1000 + "1" + "}" * 1000
    headers = {"Content-Type": "application/json"}
    url = f"{bot.url}/sendMessage"
    async with bot.session.post(url, data=body, headers=headers) as response:
        assert (await read(response))["description"] == "Bad Request: chat_id is empty"


async def test_parameters_come_as_json_form_multipart_or_query(bot: BotSide, ann: Person) -> None:
    url = f"{bot.url}/sendMessage"
    keyboard = {"inline_keyboard": [[{"text": "a", "callback_data": "b"}]]}
    as_text = {"chat_id": str(ann.id), "reply_markup": orjson.dumps(keyboard).decode()}
    with MultipartWriter("form-data") as parts:
        for name, value in {**as_text, "text": "multipart"}.items():
            part = parts.append(value)
            part.set_content_disposition("form-data", name=name)
    form = FormData({**as_text, "text": "form"})
    requests = [
        bot.session.post(url, json={"chat_id": ann.id, "text": "json", "reply_markup": keyboard}),
        bot.session.post(url, data=form),
        bot.session.post(url, data=parts),
        bot.session.post(url, params={**as_text, "text": "query"}),
        bot.session.get(url, params={**as_text, "text": "get"}),
    ]
    for request in requests:
        async with request as response:
            assert (await read(response))["result"]["reply_markup"] == keyboard
    texts = [message.text for message in await ann.messages()]
    assert texts == ["json", "form", "multipart", "query", "get"]


async def test_a_method_is_called_in_any_case(bot: BotSide) -> None:
    assert (await bot("GETME"))["username"] == "tea_bot"
    assert (await bot("getme")) == (await bot("getMe"))


async def test_the_address_of_the_test_environment_is_understood(bot: BotSide) -> None:
    assert (await bot("test/getMe"))["username"] == "tea_bot"


async def test_another_token_is_unauthorized(bot: BotSide, playground: Playground) -> None:
    async with bot.session.post(f"{playground.url}/bot9:wrong/getMe") as response:
        answer = await read(response)
    assert answer == {"ok": False, "error_code": 401, "description": "Unauthorized"}


async def test_an_unknown_method_is_not_found(bot: BotSide) -> None:
    assert await bot.refused("makeTea") == "Not Found: method not found"


async def test_every_other_method_of_telegram_is_named_in_a_501(bot: BotSide) -> None:
    spoken = 0
    for method in METHODS.keys() - {"getUpdates", "setWebhook"}:
        answer = await bot.answer(method)
        spoken += answer.get("error_code") != 501
        assert answer.get("error_code") != 404
        if answer.get("error_code") == 501:
            assert method in answer["description"]
    assert spoken > 40


async def test_a_body_that_is_no_json_object_is_refused(bot: BotSide) -> None:
    headers = {"Content-Type": "application/json"}
    for body in (b"{", b"[]"):
        async with bot.session.post(f"{bot.url}/getMe", data=body, headers=headers) as response:
            assert (await read(response))["error_code"] == 400


async def test_a_missing_parameter_is_named(bot: BotSide, ann: Person) -> None:
    assert await bot.refused("sendMessage", text="a") == "Bad Request: chat_id is empty"
    assert await bot.refused("sendMessage", chat_id=ann.id) == "Bad Request: message text is empty"
    assert (
        await bot.refused("answerCallbackQuery")
        == 'Bad Request: parameter "callback_query_id" is required'
    )


async def test_a_parameter_that_makes_no_sense_is_named(bot: BotSide, ann: Person) -> None:
    broken = await bot.refused("sendMessage", chat_id=ann.id, text="a", reply_markup="{")
    assert broken == "Bad Request: can't parse reply keyboard markup JSON object"
    reply = {"message_id": "many"}
    wrong = await bot.refused("sendMessage", chat_id=ann.id, text="a", reply_parameters=reply)
    assert wrong == 'Bad Request: field "message_id" must be a valid Number'


async def test_numbers_and_nulls_in_json_are_taken_as_telegram_does(
    bot: BotSide, ann: Person
) -> None:
    await bot("sendMessage", chat_id=str(ann.id), text=42, parse_mode=None)
    assert (await ann.messages())[-1].text == "42"


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=b"])
async def test_a_request_that_is_too_large_is_refused(bot: BotSide, kind: str) -> None:
    start = b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n'
    body = BytesIO(start + bytes(61 << 20))
    async with bot.session.post(
        f"{bot.url}/getMe", data=body, headers={"Content-Type": kind}
    ) as response:
        assert (await read(response))["description"] == "Request Entity Too Large"


async def test_calls_are_listed_with_their_outcome(
    playground: Playground, bot: BotSide, ann: Person
) -> None:
    await bot("getMe")
    await bot("sendMessage", chat_id=ann.id, text="a", reply_markup='{"force_reply": true}')
    await bot.refused("sendmessage", chat_id=1, text="a")
    first, *sent = await playground.calls()
    assert (first.number, first.method, first.status, first.error) == (1, "getMe", 200, None)
    assert abs(first.time - playground.clock.time()) < 60
    assert sent[0].params["reply_markup"] == {"force_reply": True}
    assert (sent[1].status, sent[1].error) == (400, "Bad Request: chat not found")
    assert await playground.calls("sendMessage", after=sent[0].number) == sent[1:]
    assert await playground.refusals() == sent[1:]


async def test_an_error_of_the_playground_is_a_500_and_logged(
    playground: Playground,
    bot: BotSide,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    handlers: dict[str, Handler] = {**HANDLERS, "getMe": fail}
    monkeypatch.setattr("telegram_playground.bot_api.HANDLERS", handlers)
    assert await bot.refused("getMe") == "Internal Server Error"
    assert (await playground.refusals())[0].status == 500
    assert "The call of getMe failed" in caplog.text


async def test_a_waiting_poll_ends_when_the_server_stops(
    playground: Playground, bot: BotSide
) -> None:
    poll = asyncio.create_task(bot.refused("getUpdates", timeout=50))
    await playground.until_called("getUpdates")
    await playground.server.stop()
    assert await poll == "Internal Server Error: restart"
