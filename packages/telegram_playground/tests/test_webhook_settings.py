"""setWebhook, deleteWebhook and getWebhookInfo."""

import asyncio

import orjson
import pytest
from aiohttp import FormData, web

from playground_support.bot_side import BotSide
from playground_support.webhook_side import Json, WebhookSide
from telegram_playground import Person, Playground


async def test_polling_and_a_webhook_exclude_each_other(
    playground: Playground, bot: BotSide, hook: WebhookSide
) -> None:
    poll = asyncio.create_task(bot.answer("getUpdates", timeout=30))
    await playground.until_called("getUpdates")
    await bot("setWebhook", url=hook.url)
    assert (await poll)["description"] == "Conflict: terminated by setWebhook request"
    playground.clock.advance(3)
    assert await bot.refused("getUpdates") == (
        "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to"
        " delete the webhook first"
    )
    assert (await bot.answer("deleteWebhook"))["description"] == "Webhook was deleted"
    assert (await bot.answer("deleteWebhook"))["description"] == "Webhook is already deleted"
    assert await bot.updates() == []


async def test_an_empty_address_deletes_the_webhook(
    playground: Playground, bot: BotSide, hook: WebhookSide
) -> None:
    await bot("setWebhook", url=hook.url)
    playground.clock.advance(1)
    assert (await bot.answer("setWebhook", url=""))["description"] == "Webhook was deleted"
    assert (await bot("getWebhookInfo"))["url"] == ""


async def test_pending_updates_can_be_dropped(
    playground: Playground, bot: BotSide, hook: WebhookSide, ann: Person
) -> None:
    await ann.send("old")
    await bot("setWebhook", url=hook.url, drop_pending_updates=True)
    await ann.send("new")
    assert (await hook.next())["message"]["text"] == "new"
    hook.respond = _refuse
    await ann.send("left over")
    await hook.next()
    await bot("deleteWebhook", drop_pending_updates=True)
    assert await playground.pending() == 0


async def _refuse(_update: Json) -> web.Response:
    return web.Response(status=500)


async def test_what_was_not_accepted_is_left_for_polling(
    bot: BotSide, hook: WebhookSide, ann: Person
) -> None:
    hook.respond = _refuse
    await bot("setWebhook", url=hook.url)
    await ann.send("tea")
    await hook.next()
    await bot("deleteWebhook")
    assert [update["message"]["text"] for update in await bot.updates()] == ["tea"]


async def test_the_info_tells_the_settings(bot: BotSide, hook: WebhookSide) -> None:
    assert await bot("getWebhookInfo") == {
        "url": "",
        "has_custom_certificate": False,
        "pending_update_count": 0,
    }
    await bot(
        "setWebhook",
        url=hook.url,
        max_connections=1000,
        ip_address="127.0.0.1",
        allowed_updates=["message", "callback_query", "nonsense"],
    )
    assert await bot("getWebhookInfo") == {
        "url": hook.url,
        "has_custom_certificate": False,
        "pending_update_count": 0,
        "max_connections": 100,
        "ip_address": "127.0.0.1",
        "allowed_updates": ["callback_query", "message"],
    }


async def test_a_webhook_is_set_once_a_second_at_most(
    playground: Playground, bot: BotSide, hook: WebhookSide
) -> None:
    await bot("setWebhook", url=hook.url)
    answer = await bot.answer("setWebhook", url=hook.url, max_connections=5)
    assert answer["parameters"] == {"retry_after": 1}
    assert answer["description"] == "Too Many Requests: retry after 1"
    playground.clock.advance(1)
    again = await bot.answer("setWebhook", url=hook.url)
    assert again["description"] == "Webhook is already set"


@pytest.mark.parametrize(
    ("settings", "refusal"),
    [
        ({"url": "https://"}, "invalid webhook URL specified"),
        ({"url": "ftp://tea.example/"}, "invalid webhook URL specified"),
        (
            {"url": "http://tea.example/"},
            "bad webhook: An HTTPS URL must be provided for webhook",
        ),
        (
            {"url": "https://tea.example:81/"},
            "bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443",
        ),
        (
            {"url": "https://tea.example/", "secret_token": "a b"},
            "secret token contains unallowed characters",
        ),
        ({"url": "https://tea.example/", "secret_token": "a" * 257}, "secret token is too long"),
    ],
)
async def test_a_wrong_webhook_is_refused(bot: BotSide, settings: Json, refusal: str) -> None:
    assert await bot.refused("setWebhook", **settings) == f"Bad Request: {refusal}"


async def test_a_certificate_comes_as_a_file(bot: BotSide) -> None:
    form = FormData({"url": "https://127.0.0.1:8443/hook"})
    form.add_field("certificate", CERTIFICATE, filename="public.pem")
    async with bot.session.post(f"{bot.url}/setWebhook", data=form) as response:
        assert orjson.loads(await response.read())["ok"]
    assert (await bot("getWebhookInfo"))["has_custom_certificate"]
    form = FormData({"url": "https://127.0.0.1:8443/hook"})
    form.add_field("certificate", b"tea", filename="public.pem")
    async with bot.session.post(f"{bot.url}/setWebhook", data=form) as response:
        refused = orjson.loads(await response.read())["description"]
        assert refused == "Bad Request: bad webhook: the certificate is no PEM file"


CERTIFICATE = b"""\
-----BEGIN CERTIFICATE-----
MIIBfjCCASWgAwIBAgIUc8/kgf/lRF78BH0EZG2XF9e2Zv0wCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJMTI3LjAuMC4xMCAXDTI2MTEyMTAwNDAyMloYDzIxMjYxMDI4
MDA0MDIyWjAUMRIwEAYDVQQDDAkxMjcuMC4wLjEwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAARq47UCwmIq2SQvfwGxCZiV30ymPHMavqb6kNI9FBT9ZncF++HAAPnw
A6PXepXlIARcsQdCiS8QZpgHFptvpr6ho1MwUTAdBgNVHQ4EFgQUa/oj3LCB4ABL
wmONAkaw33fmB0UwHwYDVR0jBBgwFoAUa/oj3LCB4ABLwmONAkaw33fmB0UwDwYD
VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNHADBEAiA/zq1k5HfW9SM8yYwOzQ8L
RtUN/AA2GSsWsl/Y5ly0SgIgHqRNvZ1ikk1XEKl7C+Tqfuf2WfVDZ7PqmMgz64N+
WWs=
-----END CERTIFICATE-----
"""
