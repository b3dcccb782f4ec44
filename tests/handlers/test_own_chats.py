"""The menu button of a private chat, in the person's language."""

import asyncio
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from aiogram import Bot
from aiogram.types import Chat, Message, TelegramObject, Update, User
from redis.asyncio import Redis
from structlog.testing import capture_logs

from durable_dialogs.state.keys import BotKeys
from handlers.own_chats import OwnChats
from locales import Catalog, Texts
from telegram_playground import Person, Playground
from telegram_playground.call_log import Call
from tests.support.keyboards import PATIENCE
from tests.support.ports import free_port
from tests.support.tally import Tally

URL = "https://example.org/totals"


@pytest.fixture
async def tally(own_tally: Tally) -> Tally:
    """Give a bot that has a Mini App."""
    own_tally.settings |= {"WEB_APP_URL": "https://example.org", "WEB_PORT": str(free_port())}
    return await own_tally.start()


async def buttons(
    playground: Playground, person: Person, count: int, *, answered: bool = True
) -> list[Call]:
    """Wait until a person's button was set a number of times, and give the calls.

    Args:
        playground: The playground.
        person: The person.
        count: The number of calls to wait for.
        answered: Whether to wait until Telegram has answered the last call.
    """
    async with asyncio.timeout(PATIENCE):
        while True:
            calls = await playground.calls("setChatMenuButton")
            own = [call for call in calls if call.params.get("chat_id") == str(person.id)]
            if len(own) >= count and (own[-1].status or not answered):
                return own
            await asyncio.sleep(0.02)


async def test_the_menu_button_speaks_each_persons_language_and_is_set_only_when_that_changes(
    own_playground: Playground, tally: Tally
) -> None:
    shared = await own_playground.until_called("setChatMenuButton")
    assert shared.params["menu_button"]["text"] == "Totals"
    ann = await own_playground.person("Ann", language_code="en")
    boris = await own_playground.person("Борис", language_code="ru")
    for person in (ann, boris):
        await person.send("/start")
        await person.receive()
    (call,) = await buttons(own_playground, boris, 1)
    assert call.params["menu_button"] == {
        "type": "web_app",
        "text": "Итоги",
        "web_app": {"url": URL},
    }
    async with tally.redis() as redis, asyncio.timeout(PATIENCE):
        # Only for people who have a button of their own, in the slot of their chat, with an expiry.
        while not (keys := await redis.keys("tally:*menu_button*")):
            await asyncio.sleep(0.02)
        assert [f":{boris.id}}}" in str(key) for key in keys] == [True]
        assert await redis.ttl(keys[0]) > 0
    await tally.stop()
    await tally.start()
    await boris.send("/start")
    await boris.receive()
    await boris.change(language_code="en")
    await boris.send("/start")
    first, second = await buttons(own_playground, boris, 2)
    assert (first.number, second.params["menu_button"]) == (call.number, {"type": "default"})
    assert not [
        call
        for call in await own_playground.calls("setChatMenuButton")
        if call.params.get("chat_id") == str(ann.id)
    ]
    await own_playground.until_pending(0)
    await ann.send("/settings")
    settings = await ann.receive()
    await ann.press(settings, "Language")
    settings = await ann.until(settings, lambda message: "Русский" in str(message.labels))
    await ann.press(settings, "Русский")
    (chosen,) = await buttons(own_playground, ann, 1)
    assert chosen.params["menu_button"]["text"] == "Итоги"
    assert await own_playground.refusals() == []


@pytest.mark.usefixtures("tally")
async def test_a_language_that_was_chosen_for_a_moment_does_not_come_last(
    own_playground: Playground,
) -> None:
    boris = await own_playground.person("Борис", language_code="ru")
    await own_playground.trouble(
        "delay", method="setChatMenuButton", chat=boris.id, seconds=60, times=1
    )
    await boris.send("/start")
    await boris.receive()
    await buttons(own_playground, boris, 1, answered=False)
    await boris.change(language_code="en")
    # The second message comes after the call for the first one has started.
    for _ in range(2):
        await boris.send("/start")
        await boris.receive()
    await own_playground.advance(60)
    *_, last = await buttons(own_playground, boris, 2)
    assert last.params["menu_button"] == {"type": "default"}


@pytest.mark.thorough
async def test_a_new_address_is_set_for_everybody_again(
    own_playground: Playground, tally: Tally
) -> None:
    boris = await own_playground.person("Борис", language_code="ru")
    await boris.send("/start")
    await buttons(own_playground, boris, 1)
    await tally.stop()
    tally.settings["WEB_APP_URL"] = "https://example.com"
    await tally.start()
    await boris.send("/start")
    _, again = await buttons(own_playground, boris, 2)
    assert again.params["menu_button"]["web_app"]["url"] == "https://example.com/totals"
    await tally.stop()
    del tally.settings["WEB_APP_URL"]
    await tally.start()
    await boris.send("/start")
    *_, last = await buttons(own_playground, boris, 3)
    assert last.params["menu_button"] == {"type": "default"}


class NobodyChose:
    """Stands in for `People`: everybody reads the language of their client."""

    async def texts(self, _user_id: int, otherwise: str | None) -> Texts:
        """Give the texts of a language."""
        return Catalog().speak(otherwise)


@pytest.mark.thorough
async def test_while_redis_is_away_updates_go_on_and_the_next_tries_again() -> None:
    async def handler(_event: TelegramObject, _data: dict[str, Any]) -> str:
        return "handled"

    boris = User(id=7, is_bot=False, first_name="Борис", language_code="ru")
    chat = Chat(id=7, type="private")
    message = Message(message_id=1, date=datetime.now(UTC), chat=chat, from_user=boris)
    data: dict[str, Any] = {
        "bot": Bot("7:token"),
        "event_chat": chat,
        "event_from_user": boris,
        "services": SimpleNamespace(people=NobodyChose(), admin_ids=frozenset()),
        "totals_url": URL,
    }
    async with Redis(port=free_port()) as redis:
        own_chats = OwnChats(redis, BotKeys(7, "tally"), Catalog())
        with capture_logs() as logs:
            for number in (1, 2):
                update = Update(update_id=number, message=message)
                assert await own_chats(handler, update, data) == "handled"
                await own_chats.close(PATIENCE)
    assert [line["event"] for line in logs] == ["menu_button_not_set"] * 2
