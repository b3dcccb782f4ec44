"""The bot's profile: lists of commands, descriptions, /help."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from telegram_playground import Group, Person, Playground
from tests.conftest import ADMIN
from tests.support.groups import make_group
from tests.support.keyboards import PATIENCE
from tests.support.tally import Tally

ANNOUNCED = "commands_announced"
PRIVATE_ONLY = {"reply_builder", "special_buttons", "buttons_example", "payment"}
KNOWN = {"start", "help", "numbers", "numbers_fab", "totals", "share", "game", *PRIVATE_ONLY}


def lists(calls: list[Any]) -> dict[tuple[str, str | None], list[str]]:
    """Give the commands of each list that was set, by scope and language."""
    return {
        (call.params["scope"]["type"], call.params.get("language_code")): [
            command["command"] for command in call.params["commands"]
        ]
        for call in calls
    }


async def until_calls(playground: Playground, method: str, count: int, after: int = 0) -> list[Any]:
    """Wait until a method was called that many times, and give the calls."""
    async with asyncio.timeout(PATIENCE):
        while len(calls := await playground.calls(method, after=after)) < count:
            await asyncio.sleep(0.02)
    return calls


async def test_commands_and_descriptions_are_set_once_for_each_scope_and_language(
    own_playground: Playground, own_tally: Tally
) -> None:
    admin = await own_playground.person("Admin", id=ADMIN, language_code="ru")
    own_tally.settings["ADMIN_IDS"] = str(ADMIN)
    await own_tally.start()
    await own_tally.until_logged(ANNOUNCED)
    await admin.send("/start")
    calls = await until_calls(own_playground, "setMyCommands", 12)
    listed = lists(calls)
    places = ("default", "all_private_chats", "all_group_chats", "chat")
    assert set(listed) == {(place, code) for place in places for code in (None, "en", "ru")}
    private, group = listed["all_private_chats", "ru"], listed["all_group_chats", "ru"]
    assert set(private) >= KNOWN
    assert not {"refund", "stats"} & set(private)
    assert private == listed["default", None]
    assert set(private) - set(group) == PRIVATE_ONLY
    assert listed["chat", "ru"] == [*private, "stats", "refund"]
    russian = [call for call in calls if call.params.get("language_code") == "ru"]
    assert russian[0].params["commands"][0]["description"] == "Открыть меню"
    described = await own_playground.calls("setMyDescription")
    assert [call.params.get("language_code") for call in described] == [None, "ru"]
    short = await own_playground.calls("setMyShortDescription")
    assert short[1].params["short_description"].startswith("Считает нажатия")
    assert not await own_playground.calls("setMyName")

    before = await own_playground.call_count()
    await own_tally.stop()
    await own_tally.start()
    await own_tally.until_logged(ANNOUNCED, times=2)
    await admin.send("/help")
    await until_calls(own_playground, "getMyCommands", 12, before)
    await own_tally.stop()
    again = Counter(call.method for call in await own_playground.calls(after=before))
    assert not {name for name in again if name.startswith("setMy")}
    assert (await own_playground.refusals()) == []


async def test_a_former_admin_no_longer_sees_the_admins_commands(
    own_playground: Playground, own_tally: Tally
) -> None:
    admin = await own_playground.person("Admin", id=ADMIN, language_code="en")
    own_tally.settings["ADMIN_IDS"] = f"{ADMIN},17"
    await own_tally.start()
    await own_tally.until_logged(ANNOUNCED)
    await admin.send("/start")
    await until_calls(own_playground, "setMyCommands", 12)
    await own_tally.stop()
    own_tally.settings["ADMIN_IDS"] = "17"
    await own_tally.start()
    deleted = await until_calls(own_playground, "deleteMyCommands", 3)
    assert {call.params["scope"]["chat_id"] for call in deleted} == {ADMIN}
    assert {call.params.get("language_code") for call in deleted} == {None, "en", "ru"}
    await own_tally.until_logged(ANNOUNCED, times=2)
    await own_tally.stop()
    await own_tally.start()
    await own_tally.until_logged(ANNOUNCED, times=3)
    assert await own_tally.stop() == 0
    assert len(await own_playground.calls("deleteMyCommands")) == 3
    assert await own_playground.refusals() == []


async def test_a_changed_description_is_set_again_after_a_429(
    own_playground: Playground, own_tally: Tally
) -> None:
    await own_playground.trouble(
        "refuse", method="setMyDescription", status=429, retry_after=1, times=1
    )
    await own_tally.start()
    ann = await own_playground.person("Ann")
    await ann.send("/numbers")
    assert (await ann.receive()).text == "Specify the number: 0"
    await own_tally.until_logged(ANNOUNCED)
    calls = await own_playground.calls("setMyDescription")
    assert [call.status for call in calls] == [429, 200, 200]


@pytest.fixture
async def friends(playground: Playground, ann: Person, boris: Person) -> Group:
    """Give a group of two."""
    return await make_group(playground, [ann, boris])


async def test_help_lists_what_works_where_it_is_asked_for(
    ann: Person, boris: Person, admin: Person, friends: Group
) -> None:
    await ann.send("/help")
    private = (await ann.receive()).text or ""
    assert all(f"/{name} – " in private for name in KNOWN)
    assert "/refund" not in private
    await boris.send("/help", chat=friends)
    group = (await boris.receive(friends)).text or ""
    assert "/start – Открыть меню" in group
    assert "В этой группе" in group
    assert not [name for name in PRIVATE_ONLY if f"/{name} – " in group]
    await admin.send("/help")
    assert "/refund – " in ((await admin.receive()).text or "")


async def test_rights_are_checked_whatever_a_list_shows(ann: Person) -> None:
    await ann.send("/refund anything")
    assert "I only know commands" in ((await ann.receive()).text or "")
