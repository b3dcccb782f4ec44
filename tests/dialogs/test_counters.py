"""/counters: the counters that a person has open in a chat, and a way to each."""

import asyncio
import itertools
import json
from pathlib import Path

from telegram_playground import Answer, Group, Message, Person, Playground
from tests.dialogs.test_counter import open_counter
from tests.dialogs.test_menu import MENU, open_menu
from tests.support.groups import ending, make_group
from tests.support.keyboards import receive_at_last
from tests.support.tally import Tally
from tests.support.workers import two_workers

TITLE = "Your open counters in this chat"
TOO_MANY = "You have 20 counters open here. Close one first; /counters finds them."


def rows(window: Message) -> list[str]:
    """Give the lines that a window of counters lists."""
    lines = (window.text or "").splitlines()
    assert lines[0] == TITLE
    return [line for line in lines if line[:1].isdigit()]


def links(window: Message) -> list[str | None]:
    """Give the links of the names in a window."""
    return [entity.url for entity in window.entities or () if entity.type == "text_link"]


async def list_counters(person: Person, group: Group) -> Message:
    """Open the window in a group."""
    await person.send("/counters", chat=group)
    return await receive_at_last(person, TITLE, group)


async def test_open_counters_are_listed_and_closed_ones_are_not(ann: Person) -> None:
    assert rows(await open_counter(ann, "/counters")) == []
    tea = await open_counter(ann, "/numbers tea & <cake>")
    for _ in range(2):
        await ann.press(tea, "+1")
    closed = await open_counter(ann)
    cancelled = await open_counter(ann, "/numbers_fab gone")
    await ann.press(closed, "Confirm")
    await ann.press(cancelled, "Cancel")
    await open_counter(ann)
    window = await open_counter(ann, "/counters")
    assert rows(window) == ["1. tea & <cake>: 2", "2. Counter: 0"]
    assert window.labels == [["1", "2"], ["Back"]]
    assert links(window) == []
    await ann.press(window, "Back")
    await ann.until(window, lambda message: message.labels == MENU)


async def test_a_counter_is_posted_anew_and_goes_on_there(ann: Person) -> None:
    former = await open_counter(ann, "/numbers tea")
    await ann.press(former, "+1")
    window = await open_counter(ann, "/counters")
    await ann.press(window, "1")
    counter = await ann.receive()
    assert counter.text == "tea\nSpecify the number: 1"
    await ann.until(former, lambda message: not message.labels)
    answer = await ann.press(former, data=former.button("+1").callback_data)
    assert answer == Answer("This button is not available now")
    await ann.press(counter, "+1")
    await ann.until(counter, text="tea\nSpecify the number: 2")
    await ann.press(counter, "Confirm")
    await ann.until(counter, text="tea\nTotal: 2")
    assert await ann.press(window, "1") == Answer("This button is not available now")
    assert len(await ann.messages()) == 5


async def test_a_counter_of_the_menu_that_was_left_is_found_too(ann: Person) -> None:
    menu = await open_menu(ann)
    await ann.press(menu, "Counter ±1")
    await ann.until(menu, ending("Specify the number: 0"))
    await ann.press(menu, "+1")
    await ann.press(menu, "Back")
    await ann.until(menu, lambda message: message.labels == MENU)
    await ann.press(menu, "Open counters")
    window = await ann.until(menu, lambda message: (message.text or "").startswith(TITLE))
    assert rows(window) == ["1. Counter: 1"]
    await ann.press(window, "1")
    counter = await ann.receive()
    assert counter.text == "Specify the number: 1"
    await ann.press(counter, "Back")
    await ann.until(counter, lambda message: message.labels == MENU)
    await ann.until(window, lambda message: not message.labels)


async def test_in_a_supergroup_each_has_a_link_also_into_its_topic(
    playground: Playground, ann: Person, boris: Person
) -> None:
    forum = await make_group(playground, [ann, boris], is_forum=True)
    topic = await forum.topic("News")
    await ann.send("/numbers tea", chat=forum, topic=topic)
    tea = await ann.receive(forum, topic=topic)
    await ann.send("/numbers", chat=forum)
    other = await receive_at_last(ann, "Specify the number: 0", forum)
    await boris.send("/numbers his", chat=forum)
    await boris.press(tea, "+1")
    window = await list_counters(ann, forum)
    assert rows(window) == ["1. tea: 1", "2. Counter: 0"]
    chat = str(forum.id).removeprefix("-100")
    assert links(window) == [
        f"https://t.me/c/{chat}/{topic}/{tea.message_id}",
        f"https://t.me/c/{chat}/{other.message_id}",
    ]
    assert "чужое окно" in str(await boris.press(window, "1"))
    await ann.press(window, "1")
    anew = await ann.receive(forum, topic=topic)
    assert anew.message_thread_id == topic
    await boris.press(anew, "+1")
    await ann.until(anew, ending("Specify the number: 2"))


async def test_the_21st_counter_is_refused_by_every_way_to_open_it(
    playground: Playground, ann: Person, boris: Person, tally: Tally
) -> None:
    group = await make_group(playground, [ann, boris])
    commands = []
    for number in range(20):
        commands.append(await ann.send(f"/numbers {number}", chat=group))
        counter = await ann.receive(group)
    await ann.send("/numbers_own", chat=group)
    assert (await ann.receive(group)).text == TOO_MANY
    await ann.send("/start", chat=group)
    menu = await ann.receive(group)
    assert await ann.press(menu, "Counter ±2") == Answer(TOO_MANY)
    await boris.send("/numbers", chat=group)
    assert (await ann.receive(group)).text == "Укажите число: 0"
    assert (await open_counter(ann)).text == "Specify the number: 0"
    await ann.press(counter, "Confirm")
    await ann.send("/numbers", chat=group)
    assert (await ann.receive(group)).text == "Specify the number: 0"
    # A counter whose time to live has ended does not count.
    async with tally.redis() as redis:
        assert await redis.delete(*await redis.keys(f"*:{group.id}}}:*:m{commands[0].message_id}"))
    await ann.send("/numbers", chat=group)
    assert (await ann.receive(group)).text == "Specify the number: 0"
    await ann.send("/numbers", chat=group)
    assert (await ann.receive(group)).text == TOO_MANY


async def test_an_open_counter_takes_a_kilobyte_of_redis_at_most(
    playground: Playground, ann: Person, boris: Person, tally: Tally
) -> None:
    """Redis counts the bytes, so they are the same at every run."""
    group = await make_group(playground, [ann, boris])
    await ann.send("/numbers cups of tea", chat=group)
    shared = await ann.receive(group)
    own = await open_counter(ann, "/numbers cups of tea")
    for person, counter in ((ann, shared), (boris, shared), (ann, own)):
        await person.press(counter, "+1")
    async with tally.redis() as redis:
        for chat_id in (ann.id, group.id):
            (counter_key,) = await redis.keys(f"tally:{{*:{chat_id}}}:stack:*:m*")
            data = await redis.hget(counter_key, "data")
            (intent,) = json.loads(data or b"")["contexts"]
            keys = [counter_key, *await redis.keys(f"tally:{{*:{chat_id}}}:intent:{intent}")]
            keys += await redis.keys(f"tally:{{*:{chat_id}}}:roll")
            assert len(keys) == 3
            weights = [await redis.memory_usage(key) or 0 for key in keys]
            assert sum(weights) <= 1024


async def test_asked_for_at_once_at_two_workers_they_are_exactly_20(
    own_playground: Playground, tmp_path: Path
) -> None:
    async with two_workers(own_playground, tmp_path) as workers:
        ann = await own_playground.person("Ann", language_code="en")
        group = await make_group(own_playground, [ann])
        # The bot gets no such messages; here each is a command, and both come together.
        talk = [await ann.send("hello", chat=group) for _ in range(30)]
        told = [message.json for message in talk]
        entities = [{"type": "bot_command", "offset": 0, "length": 8}]
        updates = [
            {"update_id": number, "message": {**message, "text": "/numbers", "entities": entities}}
            for number, message in enumerate(told, 1_000_000)
        ]
        posts = zip(itertools.cycle(workers), updates, strict=False)
        await asyncio.gather(*(worker.post(update) for worker, update in posts))
        await own_playground.until_pending(0)
        texts = [message.text for message in await group.messages()]
        assert texts.count("Specify the number: 0") == 20
        assert texts.count(TOO_MANY) == 10
        assert len(rows(await list_counters(ann, group))) == 20
