"""Faults on demand, and rate limits (Bots FAQ, My bot is hitting limits)."""

import asyncio

import pytest
from aiohttp import ServerDisconnectedError

from playground_support.bot_side import BotSide, Json
from telegram_playground import Group, Person, Playground, PlaygroundError


async def trouble(playground: Playground, kind: str, **fault: object) -> int:
    """Switch a fault on; return its number."""
    answer = await playground.request("POST", "faults", {"kind": kind, **fault})
    return int(answer["id"])


async def test_a_call_is_refused_as_often_as_wished(
    playground: Playground, bot: BotSide, ann: Person
) -> None:
    await trouble(playground, "refuse", method="sendMessage", times=2, status=429, retry_after=7)
    await bot("getMe")
    for _ in range(2):
        answer = await bot.answer("sendMessage", chat_id=ann.id, text="tea")
        assert answer["description"] == "Too Many Requests: retry after 7"
        assert answer["parameters"] == {"retry_after": 7}
    await bot("sendMessage", chat_id=ann.id, text="tea")
    assert len(await ann.messages()) == 1


async def test_a_fault_strikes_one_chat_and_is_switched_off(
    playground: Playground, bot: BotSide, ann: Person, group: Group
) -> None:
    number = await trouble(playground, "refuse", chat=ann.id, status=502)
    await bot("sendMessage", chat_id=group.id, text="tea")
    assert await bot.refused("sendMessage", chat_id=ann.id, text="tea") == "Bad Gateway"
    assert list(await playground.request("GET", "faults")) == [str(number)]
    await playground.request("DELETE", f"faults/{number}")
    await bot("sendMessage", chat_id=ann.id, text="tea")
    with pytest.raises(PlaygroundError, match="no fault"):
        await playground.request("DELETE", f"faults/{number}")


async def test_the_same_seed_hits_the_same_calls(playground: Playground, bot: BotSide) -> None:
    await trouble(playground, "refuse", share=0.5)
    rounds = []
    for _ in range(2):
        await playground.request("POST", "faults/seed", {"seed": 5})
        rounds.append([(await bot.answer("getMe"))["ok"] for _ in range(20)])
    assert rounds[0] == rounds[1]
    assert 0 < sum(rounds[0]) < 20


@pytest.mark.parametrize(("kind", "done"), [("cut", 0), ("lose", 1)])
async def test_a_connection_breaks_before_or_after_the_work(
    playground: Playground, bot: BotSide, ann: Person, kind: str, done: int
) -> None:
    await trouble(playground, kind, method="sendMessage", times=1)
    with pytest.raises(ServerDisconnectedError):
        await bot("sendMessage", chat_id=ann.id, text="tea")
    assert len(await ann.messages()) == done
    await bot("sendMessage", chat_id=ann.id, text="tea")


async def test_an_answer_comes_late_or_never(
    playground: Playground, bot: BotSide, ann: Person
) -> None:
    await trouble(playground, "delay", seconds=50, times=1)
    late = asyncio.create_task(bot("sendMessage", chat_id=ann.id, text="tea"))
    await playground.until_called("sendMessage")
    assert await ann.messages() == []
    playground.clock.advance(50)
    await late
    await trouble(playground, "hang", times=1)
    hanging = asyncio.create_task(bot("getMe"))
    await playground.until_called("getMe")
    hanging.cancel()
    await bot("getMe")
    await playground.request("DELETE", "faults")


async def test_updates_come_twice_or_in_another_order(
    playground: Playground, bot: BotSide, ann: Person
) -> None:
    await trouble(playground, "duplicate", method="message", times=1)
    await ann.send("one")
    first, second = await bot.updates()
    assert first == second
    await trouble(playground, "reorder", times=1)
    await ann.send("two")
    texts = [update["message"]["text"] for update in await bot.updates(offset=1)]
    assert texts == ["two", "one"]


async def test_an_answer_has_any_status_headers_and_bytes(
    playground: Playground, bot: BotSide, ann: Person
) -> None:
    headers = {"Content-Type": "text/html", "X-Proxy": "squid"}
    page = {"body": "<p>away</p>", "headers": headers, "status": 502, "done": False}
    await playground.trouble("answer", method="sendMessage", times=1, **page)
    url = f"{bot.url}/sendMessage"
    async with bot.session.post(url, json={"chat_id": ann.id, "text": "tea"}) as response:
        assert (response.status, await response.read()) == (502, b"<p>away</p>")
        assert response.headers["Content-Type"] == "text/html"
        assert response.headers["X-Proxy"] == "squid"
    assert await ann.messages() == []


async def test_an_answer_is_changed_after_the_work(
    playground: Playground, bot: BotSide, ann: Person
) -> None:
    patch = {"result": {"date": None, "effect": {"id": "RAW"}}}
    await playground.trouble(
        "answer", status=200, times=1, patch=patch, replace={'"RAW"': b'"\xff"'}
    )
    url = f"{bot.url}/sendMessage"
    async with bot.session.post(url, json={"chat_id": ann.id, "text": "tea"}) as response:
        body = await response.read()
    assert b'"effect":{"id":"\xff"}' in body
    assert b'"date"' not in body
    (message,) = await ann.messages()
    assert f'"message_id":{message.message_id},'.encode() in body


async def test_a_refusal_is_no_success(playground: Playground) -> None:
    with pytest.raises(PlaygroundError, match="from 400 on"):
        await playground.trouble("refuse", status=200)


async def test_an_update_is_altered(playground: Playground, bot: BotSide, ann: Person) -> None:
    await playground.trouble(
        "alter",
        method="message",
        times=1,
        patch={"message": {"text": "RAW", "date": None}},
        replace={"RAW": b"\xff\xfe\x80"},
    )
    await ann.send("one")
    await ann.send("two")
    async with bot.session.post(f"{bot.url}/getUpdates") as response:
        body = await response.read()
    assert b'"text":"\xff\xfe\x80"' in body
    assert body.count(b'"date"') == 1
    assert b'"text":"two"' in body


async def limit(playground: Playground, **limits: object) -> None:
    """Switch the rate limits on."""
    await playground.request("PUT", "limits", limits)


async def flood(bot: BotSide, chat_id: int, times: int) -> list[Json]:
    """Send several messages at once; return the refusals."""
    answers = [await bot.answer("sendMessage", chat_id=chat_id, text="tea") for _ in range(times)]
    return [answer for answer in answers if not answer["ok"]]


async def test_a_chat_takes_a_burst_and_then_one_call_a_second(
    playground: Playground, bot: BotSide, ann: Person
) -> None:
    assert await flood(bot, ann.id, 50) == []
    await limit(playground, burst=3)
    (refused,) = await flood(bot, ann.id, 4)
    assert refused["parameters"] == {"retry_after": 1}
    playground.clock.advance(1)
    assert await flood(bot, ann.id, 1) == []


async def test_a_group_takes_twenty_calls_a_minute(
    playground: Playground, bot: BotSide, group: Group
) -> None:
    await limit(playground, burst=100)
    (refused,) = await flood(bot, group.id, 21)
    assert refused["parameters"]["retry_after"] in {2, 3}
    playground.clock.advance(3)
    assert await flood(bot, group.id, 1) == []


async def test_all_chats_together_take_thirty_calls_a_second(
    playground: Playground, bot: BotSide, ann: Person, boris: Person
) -> None:
    await boris.change(standing="started")
    await limit(playground, burst=100, overall=2)
    assert await flood(bot, ann.id, 1) == []
    assert len(await flood(bot, boris.id, 2)) == 1
    await bot("getMe")
    assert (await playground.request("GET", "limits"))["overall"] == 2
