"""Webhooks: order and repetition (Bot API, setWebhook)."""

import asyncio

from aiohttp import web

from playground_support.bot_side import BotSide
from playground_support.webhook_side import Json, WebhookSide
from telegram_playground import Person, Playground

SECRET = "s-E_1"


async def pausing(playground: Playground) -> None:
    """Wait until the server pauses before a repetition."""
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
    assert (await hook.next())["message"]["text"] == "before"
    headers, update = await asyncio.wait_for(hook.requests.get(), 5)
    assert update["message"]["text"] == "after"
    assert headers["X-Telegram-Bot-Api-Secret-Token"] == SECRET
    await playground.until_pending()


async def test_a_line_waits_for_its_answer_while_others_go_on(
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
    two, under_way, most = asyncio.Barrier(2), 0, 0

    async def respond(_update: Json) -> web.Response:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await two.wait()
        await bot("getMe")  # others would be sent meanwhile
        under_way -= 1
        return web.Response()

    hook.respond = respond
    for _ in range(20):
        await (await playground.person()).send("hi")
    await bot("setWebhook", url=hook.url, max_connections=2)
    await playground.until_pending()
    assert most == 2


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


async def test_a_webhook_that_answers_gone_for_23_hours_is_removed(
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


async def test_an_unreachable_webhook_is_an_error_in_its_info(
    playground: Playground, bot: BotSide, ann: Person
) -> None:
    await bot("setWebhook", url="http://127.0.0.1:9/hook")
    await ann.send("tea")
    await pausing(playground)
    info = await bot("getWebhookInfo")
    assert info["last_error_message"]
    assert info["last_error_date"] == int(playground.clock.time())
    assert info["pending_update_count"] == 1


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
