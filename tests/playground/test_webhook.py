"""Webhooks: order, repetition, answers (telegram-facts: Updates)."""

import asyncio

import pytest
from aiohttp import FormData, MultipartWriter, web

from playground import Person, Playground
from tests.playground.bot_side import BotSide
from tests.playground.webhook_side import Json, WebhookSide

SECRET = "s-E_1"


async def pausing(playground: Playground) -> None:
    """Let the loop turn until the server pauses before it sends an update again."""
    async with asyncio.timeout(5):
        while not playground.clock.waiting:
            await asyncio.sleep(0)


async def test_updates_are_sent_with_the_secret(
    playground: Playground, bot: BotSide, hook: WebhookSide, ann: Person
) -> None:
    await ann.send("before")
    answer = await bot.answer("setWebhook", url=hook.url, secret_token=SECRET)
    assert answer["description"] == "Webhook was set"
    await ann.send("after")
    assert (await hook.requests.get())[1]["message"]["text"] == "before"
    headers, update = await hook.requests.get()
    assert update["message"]["text"] == "after"
    assert headers["X-Telegram-Bot-Api-Secret-Token"] == SECRET
    await playground.until_pending()


async def test_a_line_waits_and_others_go_on(
    playground: Playground, bot: BotSide, hook: WebhookSide, ann: Person, boris: Person
) -> None:
    gate = asyncio.Event()

    async def respond(update: Json) -> web.Response:
        if update["message"]["text"] == "slow":
            await gate.wait()
        return web.Response()

    hook.respond = respond
    await bot("setWebhook", url=hook.url)
    await ann.send("slow")
    await ann.send("next")
    await boris.send("other")
    heard = {(await hook.next())["message"]["text"] for _ in range(2)}
    assert heard == {"slow", "other"}
    await playground.until_pending(2)
    gate.set()
    assert (await hook.next())["message"]["text"] == "next"


async def test_a_persons_presses_and_texts_are_different_lines(
    bot: BotSide, hook: WebhookSide, ann: Person
) -> None:
    gate = asyncio.Event()

    async def respond(update: Json) -> web.Response:
        if "message" in update:
            await gate.wait()
        return web.Response()

    hook.respond = respond
    message = await bot.show(ann, "tea", "+1")
    await bot("setWebhook", url=hook.url)
    await ann.send("slow")
    await ann.press(message, "+1", timeout=0)
    assert {next(reversed(await hook.next())) for _ in range(2)} == {"message", "callback_query"}
    gate.set()


async def test_no_more_connections_than_allowed(
    playground: Playground, bot: BotSide, hook: WebhookSide
) -> None:
    gate = asyncio.Event()

    async def respond(_update: Json) -> web.Response:
        await gate.wait()
        return web.Response()

    hook.respond = respond
    await bot("setWebhook", url=hook.url, max_connections=2)
    for _ in range(3):
        await (await playground.person()).send("hi")
    await hook.next()
    await hook.next()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(hook.requests.get(), 0.1)
    gate.set()
    await hook.next()


async def test_a_refused_update_is_repeated_at_once_then_after_2_and_4_seconds(
    playground: Playground, bot: BotSide, hook: WebhookSide, ann: Person
) -> None:
    statuses = iter([500, 500, 302, 200])

    async def respond(_update: Json) -> web.Response:
        return web.Response(status=next(statuses))

    hook.respond = respond
    await bot("setWebhook", url=hook.url)
    await ann.send("tea")
    first = await hook.next()
    assert await hook.next() == first
    for pause in (2, 4):
        await pausing(playground)
        playground.clock.advance(pause - 0.5)
        assert hook.requests.empty()
        playground.clock.advance(0.5)
        assert await hook.next() == first
    await playground.until_pending()
    info = await bot("getWebhookInfo")
    assert info["last_error_message"] == "Wrong response from the webhook: 302 Found"


async def test_retry_after_is_honoured(
    playground: Playground, bot: BotSide, hook: WebhookSide, ann: Person
) -> None:
    statuses = iter([429, 200])

    async def respond(_update: Json) -> web.Response:
        return web.Response(status=next(statuses), headers={"Retry-After": "30"})

    hook.respond = respond
    await bot("setWebhook", url=hook.url)
    await ann.send("tea")
    await hook.next()
    await pausing(playground)
    playground.clock.advance(29)
    await pausing(playground)
    assert hook.requests.empty()
    playground.clock.advance(1)
    await hook.next()
    await playground.until_pending()


async def test_an_update_that_is_never_taken_expires(
    playground: Playground, bot: BotSide, hook: WebhookSide, ann: Person
) -> None:
    async def respond(_update: Json) -> web.Response:
        return web.Response(status=500)

    hook.respond = respond
    message = await bot.show(ann, "tea", "+1")
    await bot("setWebhook", url=hook.url)
    await ann.press(message, "+1", timeout=0)
    await hook.next()
    await hook.next()
    await pausing(playground)
    playground.clock.advance(151)
    await playground.until_pending()
    assert hook.requests.empty()


async def test_an_address_that_is_gone_for_23_hours_is_given_up(
    playground: Playground, bot: BotSide, hook: WebhookSide, ann: Person
) -> None:
    async def respond(_update: Json) -> web.Response:
        return web.Response(status=410)

    hook.respond = respond
    await bot("setWebhook", url=hook.url)
    await ann.send("tea")
    await hook.next()
    await hook.next()
    await pausing(playground)
    playground.clock.advance(23 * 3600 + 1)
    await hook.next()
    async with asyncio.timeout(5):
        while (await bot("getWebhookInfo"))["url"]:
            pass
    assert len(await bot.updates()) == 1


async def test_an_address_that_nobody_listens_at_is_an_error_to_be_read(
    playground: Playground, bot: BotSide, ann: Person
) -> None:
    await bot("setWebhook", url="http://127.0.0.1:9/hook")
    await ann.send("tea")
    await pausing(playground)
    info = await bot("getWebhookInfo")
    assert info["last_error_message"]
    assert info["last_error_date"] == int(playground.clock.time())
    assert info["pending_update_count"] == 1


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


async def test_a_refused_call_in_an_answer_goes_unheard(
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


async def test_trouble_meets_a_call_in_an_answer_too(
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


async def test_an_update_can_be_delivered_once_more(
    playground: Playground, bot: BotSide, hook: WebhookSide, ann: Person
) -> None:
    await bot("setWebhook", url=hook.url)
    await ann.send("hi")
    first = await hook.next()
    await playground.until_pending()
    await playground.repeat()
    assert await hook.next() == first
    await playground.until_pending()
