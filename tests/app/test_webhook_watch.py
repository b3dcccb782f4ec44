"""Workers set a webhook again that is lost while they run, and report its failures."""

import asyncio
import itertools
import re
import time
from collections.abc import AsyncIterator, Callable, MutableMapping
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest
from aiogram import Bot
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramUnauthorizedError
from aiogram.methods import SetWebhook
from redis.asyncio import Redis
from structlog.testing import capture_logs

from durable_dialogs.intake import webhook_setting
from durable_dialogs.intake.webhook_setting import WebhookSetting
from durable_dialogs.state.keys import BotKeys
from durable_dialogs.tasks import finish
from durable_dialogs.telegram.retries import patiently
from durable_dialogs.telegram.session import Session
from ops.metrics import exposition
from telegram_playground import Playground
from tests.dialogs.test_counter import open_counter
from tests.support.nursery import START
from tests.support.ports import free_port
from tests.support.tally import Tally

MESSAGES = ["message"]
SECRET = "open-sesame"


@pytest.fixture
async def bot(own_playground: Playground) -> AsyncIterator[Bot]:
    """Give a client of the Bot API; no worker runs."""
    api = TelegramAPIServer.from_base(own_playground.url)
    async with Bot(own_playground.token, Session(api=api)) as own:
        yield own


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Check the webhook ten times a second."""
    monkeypatch.setattr(webhook_setting, "LOOK", 0.1)


def setting(bot: Bot, redis: Redis, **other: object) -> WebhookSetting:
    """Give the `WebhookSetting` of a worker."""
    url = f"http://127.0.0.1:{free_port()}/webhook"
    values = {"url": url, "secret_token": SECRET, "allowed_updates": MESSAGES, **other}
    return WebhookSetting(bot, redis, BotKeys(bot.id, "tally"), SetWebhook.model_validate(values))


@asynccontextmanager
async def keeping(*settings: WebhookSetting) -> AsyncIterator[None]:
    """Have workers keep the webhook set during the block."""
    tasks = [asyncio.create_task(one.keep()) for one in settings]
    try:
        yield
    finally:
        await finish(tasks, within=0)


async def until(condition: Callable[[], object]) -> None:
    """Wait until a condition holds."""
    async with asyncio.timeout(START):
        while not condition():
            await asyncio.sleep(0.02)


def events(logs: list[MutableMapping[str, Any]]) -> list[str]:
    """Give the logged events, in order."""
    return [line["event"] for line in logs]


async def until_told(bot: Bot, url: str) -> None:
    """Wait until Telegram has this address of the webhook."""
    async with asyncio.timeout(START):
        while (await bot.get_webhook_info()).url != url:
            await asyncio.sleep(0.02)


@pytest.mark.usefixtures("often")
async def test_one_worker_sets_a_lost_webhook_again(
    own_playground: Playground, bot: Bot, redis: Redis
) -> None:
    workers = [setting(bot, redis, url="http://127.0.0.1:9/webhook") for _ in range(3)]
    with capture_logs() as logs:
        async with keeping(*workers):
            await until_told(bot, "http://127.0.0.1:9/webhook")
            before = await own_playground.call_count()
            await bot.delete_webhook()
            await until_told(bot, "http://127.0.0.1:9/webhook")
            await until(lambda: events(logs).count("webhook_set") > 1)
            await own_playground.until_called("getWebhookInfo", after=before)
    # Once at the start, and once after it was lost.
    assert events(logs).count("webhook_set") == 2
    assert 1 <= events(logs).count("webhook_lost") <= 3
    assert not any("127.0.0.1" in str(line) for line in logs)


@pytest.mark.usefixtures("often")
async def test_the_kinds_of_updates_and_the_secret_are_corrected_too(
    own_playground: Playground, bot: Bot, redis: Redis
) -> None:
    ours = setting(bot, redis, url="http://127.0.0.1:9/webhook")
    async with keeping(ours):
        await until_told(bot, "http://127.0.0.1:9/webhook")
        wrong = SetWebhook(url="http://127.0.0.1:9/webhook", allowed_updates=["poll"])
        assert await patiently(partial(bot, wrong))  # Telegram takes one call a second
        async with asyncio.timeout(START):
            while (await bot.get_webhook_info()).allowed_updates != MESSAGES:
                await asyncio.sleep(0.02)
    calls = await own_playground.calls("setWebhook")
    assert calls[-1].params["secret_token"] == SECRET


async def test_the_webhook_is_set_again_only_if_it_is_new_or_lost(
    own_playground: Playground, bot: Bot, redis: Redis
) -> None:
    async def told(secret: str, path: str = "webhook") -> int:
        before = await own_playground.call_count()
        await setting(bot, redis, url=f"http://127.0.0.1:9/{path}", secret_token=secret).ensure()
        calls = await own_playground.calls("setWebhook", after=before)
        return sum(not call.error for call in calls)  # Telegram refuses more than one a second

    assert [await told(SECRET), await told(SECRET)] == [1, 0]
    assert [await told("other"), await told("other")] == [1, 0]
    await bot.delete_webhook()
    assert await told("other") == 1
    assert [await told("other", "moved"), await told("other", "moved")] == [1, 0]


@pytest.mark.usefixtures("often")
async def test_the_webhook_of_another_version_is_left_alone_while_that_runs(
    own_playground: Playground, bot: Bot, redis: Redis
) -> None:
    old = setting(bot, redis, url="http://127.0.0.1:9/old")
    new = setting(bot, redis, url="http://127.0.0.1:9/new")
    with capture_logs() as logs:
        async with keeping(old):
            await until_told(bot, "http://127.0.0.1:9/old")
            async with keeping(new):
                await until_told(bot, "http://127.0.0.1:9/new")
                for _ in range(40):  # twenty checks of each worker
                    before = await own_playground.call_count()
                    await own_playground.until_called("getWebhookInfo", after=before)
    assert events(logs) == ["webhook_set", "webhook_set"]


@pytest.mark.usefixtures("often")
async def test_metrics_tell_pending_updates_and_the_last_error(
    own_playground: Playground, bot: Bot, redis: Redis
) -> None:
    with capture_logs() as logs:
        async with keeping(setting(bot, redis)):
            ann = await own_playground.person("Ann")
            await ann.send("/start")
            await until(lambda: any(line["event"] == "webhook_failed" for line in logs))
    now = exposition().decode()
    assert "tally_webhook_pending_updates 1.0\n" in now
    failed = re.findall(r"^tally_webhook_last_error_timestamp_seconds (\S+)$", now, re.MULTILINE)
    assert time.time() - 2 * START < float(failed[0]) <= time.time()


@pytest.mark.usefixtures("often")
async def test_a_revoked_token_is_noticed(
    own_playground: Playground, bot: Bot, redis: Redis
) -> None:
    task = asyncio.create_task(setting(bot, redis).keep())
    await own_playground.until_called("setWebhook")
    # From now on the bot has a token that the playground does not know.
    base = f"{own_playground.url}/bot7{{token}}/{{method}}"
    bot.session.api = TelegramAPIServer(base=base, file=base)
    with pytest.raises(TelegramUnauthorizedError):
        async with asyncio.timeout(START):
            await task


async def test_after_a_refusal_all_workers_pause(
    own_playground: Playground, bot: Bot, redis: Redis
) -> None:
    workers = [setting(bot, redis, url="https://example.org:1234/webhook") for _ in range(4)]
    async with keeping(*workers):
        await own_playground.until_called("setWebhook")
        begun = (await redis.info("stats"))["total_commands_processed"]
        async with asyncio.timeout(START):
            # Each attempt of each worker is at least one command; INFO is one, too.
            for looks in itertools.count(1):
                asked = (await redis.info("stats"))["total_commands_processed"] - begun - looks
                if asked >= 4 * len(workers):
                    break
                await asyncio.sleep(0.02)
    assert len(await own_playground.calls("setWebhook")) == 1


async def test_a_webhook_is_deleted_before_updates_are_fetched(
    own_playground: Playground, own_tally: Tally, bot: Bot
) -> None:
    await bot.set_webhook("http://127.0.0.1:9/webhook")
    await own_playground.trouble("refuse", method="getWebhookInfo", times=1, status=429)
    await own_tally.start()
    ann = await own_playground.person("Ann")
    assert (await open_counter(ann)).text == "Specify the number: 0"
