"""Calls in a bot's answer to a webhook (Bot API, Making requests)."""

import pytest
from aiohttp import FormData, MultipartWriter, web

from playground_support.bot_side import BotSide
from playground_support.webhook_side import Json, WebhookSide
from telegram_playground import Person, Playground


@pytest.mark.parametrize("form", ["json", "urlencoded", "multipart"])
async def test_an_answer_may_carry_a_call(
    playground: Playground, bot: BotSide, hook: WebhookSide, ann: Person, form: str
) -> None:
    call = {"method": "sendMessage", "chat_id": str(ann.id), "text": "hello"}

    async def respond(_update: Json) -> web.Response:
        match form:
            case "json":
                return web.json_response(call)
            case "urlencoded":
                return web.Response(body=FormData(call)())
        parts = MultipartWriter("form-data")
        for name, value in call.items():
            parts.append(value).set_content_disposition("form-data", name=name)
        return web.Response(body=parts)

    hook.respond = respond
    await bot("setWebhook", url=hook.url)
    await ann.send("hi")
    assert (await ann.receive()).text == "hello"
    (sent,) = await playground.calls("sendMessage")
    assert (sent.status, sent.params["text"]) == (200, "hello")


async def test_a_refused_call_in_an_answer_is_ignored(
    playground: Playground, bot: BotSide, hook: WebhookSide, ann: Person
) -> None:
    async def respond(_update: Json) -> web.Response:
        return web.json_response({"method": "sendMessage", "chat_id": 1, "text": "hello"})

    hook.respond = respond
    await bot("setWebhook", url=hook.url)
    await ann.send("hi")
    await playground.until_pending()
    (refused,) = await playground.refusals()
    assert refused.error == "Bad Request: chat not found"


async def test_a_fault_hits_a_call_in_an_answer_too(
    playground: Playground, bot: BotSide, hook: WebhookSide, ann: Person
) -> None:
    async def respond(_update: Json) -> web.Response:
        return web.json_response({"method": "sendMessage", "chat_id": ann.id, "text": "hello"})

    hook.respond = respond
    await bot("setWebhook", url=hook.url)
    await playground.trouble("refuse", method="sendMessage", status=429, retry_after=3)
    await ann.send("hi")
    await playground.until_pending()
    (refused,) = await playground.refusals()
    assert refused.error == "Too Many Requests: retry after 3"
    assert [message.text for message in await ann.messages()] == ["hi"]


@pytest.mark.parametrize("method", ["getMe", "setWebhook", "deleteWebhook", "close", "logOut"])
async def test_some_calls_are_ignored_in_an_answer(
    playground: Playground, bot: BotSide, hook: WebhookSide, ann: Person, method: str
) -> None:
    async def respond(_update: Json) -> web.Response:
        return web.json_response({"method": method})

    hook.respond = respond
    await bot("setWebhook", url=hook.url)
    before = len(await playground.calls())
    await ann.send("hi")
    await playground.until_pending()
    assert len(await playground.calls()) == before


async def test_an_answer_that_says_nothing_is_fine(
    playground: Playground, bot: BotSide, hook: WebhookSide, ann: Person
) -> None:
    async def respond(_update: Json) -> web.Response:
        return web.Response(body=b"{", content_type="application/json")

    hook.respond = respond
    await bot("setWebhook", url=hook.url)
    await ann.send("hi")
    await playground.until_pending()
