"""The stream of events that the page listens to."""

import asyncio
from typing import Any

import orjson
from aiohttp import ClientSession

from playground_support.bot_side import BotSide
from telegram_playground import Person, Playground

PATIENCE = 60.0
"""Seconds that a step may take on a busy machine."""


async def first_answers(playground: Playground) -> Any:  # noqa: ANN401 - any JSON
    """Listen to the stream; return its first answers to presses."""
    async with (
        asyncio.timeout(PATIENCE),
        ClientSession() as session,
        session.get(f"{playground.url}/page/events") as stream,
    ):
        async for line in stream.content:
            if line == b"event: answers\n":
                data = await stream.content.readline()
                return orjson.loads(data.removeprefix(b"data: "))
    raise AssertionError("the stream has ended")


async def press(ann: Person, bot: BotSide) -> str:
    """Press a button and answer as the bot; return the id of the query."""
    message = await bot.show(ann, "text", "a")
    await ann.press(message, "a", timeout=0)
    query_id = str((await bot.updates())[-1]["callback_query"]["id"])
    await bot("answerCallbackQuery", callback_query_id=query_id, text="tea")
    return query_id


async def test_every_page_gets_an_answer(playground: Playground, ann: Person, bot: BotSide) -> None:
    pages = [asyncio.create_task(first_answers(playground)) for _ in range(2)]
    query_id = await press(ann, bot)
    for (told,) in await asyncio.gather(*pages):
        assert (told["id"], told["answer"]["text"]) == (query_id, "tea")


async def test_a_page_that_reconnects_gets_the_answers_it_missed(
    playground: Playground, ann: Person, bot: BotSide
) -> None:
    query_id = await press(ann, bot)
    (told,) = await first_answers(playground)
    assert told["id"] == query_id


async def test_a_page_gets_no_answers_to_presses_long_ago(
    playground: Playground, ann: Person, bot: BotSide
) -> None:
    await press(ann, bot)
    playground.clock.advance(31)
    listening = asyncio.create_task(first_answers(playground))
    query_id = await press(ann, bot)
    assert [told["id"] for told in await listening] == [query_id]
