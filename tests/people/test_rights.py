"""Rights in a group: Telegram is asked without delaying others, and the answers are cached."""

import asyncio
import time
from typing import Any

import pytest
from aiogram import Bot
from redis.asyncio import Redis

from durable_dialogs.state.keys import BotKeys
from people.rights import KEPT, Right, Rights
from telegram_playground import Answer, Call, Group, Message, Person, Playground
from tests.dialogs.test_groups import NOT_YOURS, open_counter
from tests.support.groups import ending, make_group
from tests.support.nursery import START
from tests.support.tally import Tally

LATENCY = 0.1
"""Seconds that Telegram takes for `getChatMember`."""
FLOOD = 100
"""Number of presses of Confirm at once; asking for one after the other would take ten seconds."""
SOON = 3.0
"""Seconds in which others are answered meanwhile, on a busy machine."""


async def questions(playground: Playground, group: Group) -> list[Call]:
    """Give the calls of `getChatMember` for a group."""
    calls = await playground.calls("getChatMember")
    return [call for call in calls if int(call.params["chat_id"]) == group.id]


async def flood(tally: Tally, playground: Playground, size: int) -> float:
    """Let one without the right press Confirm often; give the seconds that another's tap takes."""
    ann, felix, clara = [
        await playground.person(name, language_code="en") for name in ("Ann", "Felix", "Clara")
    ]
    group = await make_group(playground, [ann, felix, clara])
    counter = await open_counter(ann, group)
    trouble = await playground.trouble("delay", method="getChatMember", seconds=LATENCY)
    presses = []
    try:
        with tally.frozen():
            # So the bot gets all of them at once, and the tap after them.
            await asyncio.gather(
                *(felix.press(counter, "Confirm", timeout=0) for _ in range(size - 1))
            )
            presses = [asyncio.create_task(felix.press(counter, "Confirm", timeout=START))]
            await asyncio.sleep(0.1)
            tap = asyncio.create_task(clara.press(counter, "+1", timeout=START))
            await asyncio.sleep(0.1)
        begin = time.monotonic()
        assert await tap is not None
        took = time.monotonic() - begin
        assert [await press for press in presses] == [NOT_YOURS]
        await ann.until(counter, ending("Specify the number: 1"))
    finally:
        await playground.calm(trouble)
    assert len(await questions(playground, group)) == 1
    return took


async def test_presses_without_the_right_to_confirm_delay_nobody_else(
    playground: Playground, tally: Tally
) -> None:
    assert await flood(tally, playground, FLOOD) < SOON


@pytest.mark.thorough
async def test_three_hundred_such_presses_delay_nobody_either(
    own_playground: Playground, own_tally: Tally
) -> None:
    await own_tally.start()
    assert await flood(own_tally, own_playground, 300) < SOON


async def test_an_answer_about_a_person_is_cached(
    playground: Playground, ann: Person, boris: Person, clara: Person
) -> None:
    group = await make_group(playground, [ann, boris], [clara])
    for _ in range(3):
        counter = await open_counter(ann, group)
        assert await boris.press(counter, "Confirm") == await boris.press(counter, "Cancel")
        await clara.press(counter, "Confirm")
        await ann.until(counter, ending("Total: 0"))
    assert len(await questions(playground, group)) == 2  # Boris, Clara


async def press_confirm(
    ann: Person, group: Group, presser: Person
) -> tuple[Message, Answer | None]:
    counter = await open_counter(ann, group)
    return counter, await presser.press(counter, "Confirm")


async def test_a_bot_that_is_an_admin_hears_at_once_of_a_right_that_comes_or_goes(
    playground: Playground, ann: Person, clara: Person
) -> None:
    group = await make_group(playground, [ann, clara], bot="administrator")
    assert (await press_confirm(ann, group, clara))[1] == NOT_YOURS
    await group.set_role(clara, "administrator")
    counter, _ = await press_confirm(ann, group, clara)
    await ann.until(counter, ending("Total: 0"))
    await group.set_role(clara, "member")
    assert (await press_confirm(ann, group, clara))[1] == NOT_YOURS
    assert len(await questions(playground, group)) == 1


async def test_a_change_of_rights_that_can_not_be_read_is_not_kept_and_telegram_is_asked_again(
    playground: Playground, ann: Person, clara: Person, tally: Tally
) -> None:
    group = await make_group(playground, [ann], [clara], bot="administrator")
    await press_confirm(ann, group, clara)
    member = {"new_chat_member": {"status": "observer"}}
    await playground.trouble("alter", method="chat_member", times=1, patch={"chat_member": member})
    async with tally.logging("update_discarded"):
        await group.set_role(clara, "member")
    assert (await press_confirm(ann, group, clara))[1] == NOT_YOURS
    assert len(await questions(playground, group)) == 2
    assert (await tally.run("quarantine"))[1] == "The quarantine is empty.\n"


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"chat": 7, "new_chat_member": {"user": {"id": 7}}},
        {"chat": {"id": 7}, "new_chat_member": []},
        {"chat": {"id": "7"}, "new_chat_member": {"user": {"id": 7}}},
        {"chat": {"id": 7}, "new_chat_member": {"user": {"id": float("inf")}}},
    ],
)
async def test_a_change_that_does_not_tell_whose_right_it_is_forgets_none(
    redis: Redis, content: dict[str, Any]
) -> None:
    rights = Rights(Bot("1:ABC"), redis, BotKeys(1))
    await redis.set("dialogs:{1:7}:right:7", Right.ADMIN)
    await rights.forget(content)
    assert await redis.exists("dialogs:{1:7}:right:7")
    await rights.forget({"chat": {"id": 7}, "new_chat_member": {"user": {"id": 7}}})
    assert not await redis.exists("dialogs:{1:7}:right:7")


async def test_if_the_bot_is_no_admin_a_lost_right_ends_when_the_cache_expires(
    playground: Playground, ann: Person, clara: Person, tally: Tally
) -> None:
    group = await make_group(playground, [ann], [clara])
    await press_confirm(ann, group, clara)
    await group.set_role(clara, "member")
    counter, _ = await press_confirm(ann, group, clara)
    await ann.until(counter, ending("Total: 0"))
    async with tally.redis() as redis:
        (key,) = [key async for key in redis.scan_iter(f"*{group.id}}}:right:*")]
        assert 0 < await redis.ttl(key) <= KEPT[Right.ADMIN]
        # As if the cached answers had expired.
        await redis.delete(key)
    assert (await press_confirm(ann, group, clara))[1] == NOT_YOURS


@pytest.mark.parametrize(
    "trouble",
    [
        {"kind": "refuse", "status": 400},
        {"kind": "refuse", "status": 502},
        {"kind": "answer", "status": 200, "body": "<html>"},
    ],
    ids=["refused", "away", "unreadable"],
)
async def test_without_an_answer_of_telegram_a_person_has_no_rights(
    playground: Playground, clara: Person, tally: Tally, trouble: dict[str, str | int]
) -> None:
    # Not Ann, because Telegram must not refuse her.
    dora = await playground.person("Dora", language_code="en")
    group = await make_group(playground, [dora], [clara])
    how = {name: value for name, value in trouble.items() if name != "kind"}
    made = await playground.trouble(str(trouble["kind"]), method="getChatMember", **how)
    try:
        counter, answer = await press_confirm(dora, group, clara)
    finally:
        await playground.calm(made)
    assert answer == NOT_YOURS
    async with tally.redis() as redis:
        (key,) = [key async for key in redis.scan_iter(f"*{group.id}}}:right:*")]
        assert 0 < await redis.ttl(key) <= KEPT[Right.UNKNOWN]
        await redis.delete(key)
    await clara.press(counter, "Confirm")
    await dora.until(counter, ending("Total: 0"))
