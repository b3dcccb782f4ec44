"""Two workers send one first message: if a window has none yet, one of them sends it."""

import asyncio
import itertools
from typing import Any

import pytest

from durable_dialogs.drawing.message_editor import NOT_MODIFIED
from telegram_playground import Message, Person, Playground
from tests.support.nursery import START
from tests.support.workers import Workers

LATENCY = 0.1
"""Seconds that Telegram takes to send a message."""
PAUSES = (0.0, 0.02, 0.04, 0.06, 0.08)
"""Seconds after which the other worker gets the same command."""

_ids = itertools.count(5_000_000)


@pytest.fixture
async def ann(hooked: Playground, workers: Workers) -> Person:
    """Give a person who has started the bot."""
    for worker in workers:
        await worker.tally.until_logged("workers")
    ann = await hooked.person("Ann", language_code="en")
    await ann.send("/start")
    await ann.receive()
    return ann


def command(person: Person, text: str) -> dict[str, Any]:
    """Make the update of a command, as Telegram posts it."""
    number = next(_ids)
    message = {
        "message_id": number,
        "date": 1_760_000_000,
        "chat": {"id": person.id, "type": "private", "first_name": "Ann"},
        "from": person.user.json,
        "text": text,
        "entities": [{"type": "bot_command", "offset": 0, "length": len(text)}],
    }
    return {"update_id": number, "message": message}


async def rest(workers: Workers) -> None:
    """Wait until no worker has a pending redraw."""
    for worker in workers:
        await worker.tally.until_drawn()


async def live(playground: Playground, person: Person) -> list[Message]:
    """Give the messages in a person's chat that have buttons."""
    return [message for message in await playground.messages(person.id) if message.labels]


@pytest.mark.parametrize("text", ["/numbers", "/start"])
async def test_a_command_that_reaches_both_workers_is_answered_by_one_message(
    hooked: Playground, ann: Person, workers: Workers, text: str
) -> None:
    one, two = workers
    await rest(workers)
    before = await hooked.call_count()
    trouble = await hooked.trouble("delay", method="sendMessage", seconds=LATENCY)
    for pause in PAUSES:
        update = command(ann, text)
        first = asyncio.create_task(one.post(update))
        await asyncio.sleep(pause)
        await asyncio.gather(first, two.post(update))
    await rest(workers)
    await hooked.calm(trouble)
    calls = await hooked.calls(after=before)
    # A worker that finds another one's version draws it to be sure.
    refused = [call for call in calls if call.error and NOT_MODIFIED not in call.error]
    assert refused == []
    assert len([call for call in calls if call.method == "sendMessage"]) == len(PAUSES)


async def test_two_commands_that_reach_both_workers_at_once_leave_one_menu(
    hooked: Playground, ann: Person, workers: Workers
) -> None:
    one, two = workers
    trouble = await hooked.trouble("delay", method="sendMessage", seconds=LATENCY)
    for pause in (0, LATENCY / 2):
        first = asyncio.create_task(one.post(command(ann, "/start")))
        await asyncio.sleep(pause)
        await asyncio.gather(first, two.post(command(ann, "/start")))
        await rest(workers)
        assert len(await live(hooked, ann)) == 1
    await hooked.calm(trouble)


async def test_the_other_worker_sends_the_message_that_a_killed_one_was_about_to_send(
    hooked: Playground, ann: Person, workers: Workers
) -> None:
    one, two = workers
    trouble = await hooked.trouble("hang", method="sendMessage")
    update = command(ann, "/numbers")
    await one.post(update)
    async with asyncio.timeout(START), one.tally.redis() as redis:
        while not [key async for key in redis.scan_iter(f"*:{ann.id}}}:sender:-*")]:
            await asyncio.sleep(0.01)
    await two.post(update)
    await one.tally.kill()
    await hooked.calm(trouble)
    counter = await ann.receive()
    await ann.press(counter, "+1", timeout=START)
    await ann.until(counter, text="Specify the number: 1")
    await one.tally.start()
    await rest(workers)
    assert [message.text for message in await live(hooked, ann)][1:] == ["Specify the number: 1"]
