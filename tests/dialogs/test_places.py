"""Messages that Telegram refuses in their topic: it is deleted, closed, or in a closed group."""

import asyncio

import pytest

from telegram_playground import Answer, Group, Message, Person, Playground
from tests.dialogs.test_counters import links, rows
from tests.support.groups import ending, make_group
from tests.support.keyboards import receive_at_last
from tests.support.tally import Tally

GENERAL = 1
PATIENCE = 20
NO_RIGHT = Answer("I may not write here. An admin can let me.", show_alert=True)


@pytest.fixture
async def forum(playground: Playground, clara: Person, boris: Person) -> Group:
    """Give a forum where the bot is a member without rights."""
    return await make_group(playground, [clara], [boris], is_forum=True)


async def open_in(person: Person, forum: Group, topic: int, label: str) -> Message:
    """Open a counter in a topic."""
    await person.send(f"/numbers {label}", chat=forum, topic=topic)
    return await person.receive(forum, topic=topic)


async def list_in(person: Person, forum: Group, topic: int | None = None) -> Message:
    """List the open counters in a topic; lists from before do not count."""
    asked = await person.send("/counters", chat=forum, topic=topic)
    while True:
        window = await person.receive(forum, topic=topic)
        if window.message_id > asked.message_id:
            return window


async def post(person: Person, window: Message, number: str) -> Message:
    """Post a listed counter anew, and give its message, in whichever topic it comes."""
    before = {message.message_id for message in await person.messages(window.chat.id)}
    await person.press(window, number)
    async with asyncio.timeout(PATIENCE):
        while True:
            for message in await person.messages(window.chat.id):
                if message.message_id not in before and "Specify" in (message.text or ""):
                    return message
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("end", ["delete_topic", "close_topic"])
async def test_counters_of_a_topic_that_has_ended_go_on_where_they_were_asked_for(
    playground: Playground, clara: Person, forum: Group, tally: Tally, end: str
) -> None:
    """A person may have twenty counters, and opens twenty here."""
    topic, other = await forum.topic("Tea"), await forum.topic("Coffee")
    for number in range(20):
        await open_in(clara, forum, topic, f"tea {number}")
    await getattr(forum, end)(topic)
    window = await list_in(clara, forum)
    assert len(rows(window)) == 20
    counter = await post(clara, window, "1")
    assert counter.message_thread_id is None
    # The counter goes on there: presses, listing, posting it once more, Confirm.
    await clara.press(counter, "+1")
    await clara.until(counter, ending("Specify the number: 1"))
    window = await list_in(clara, forum)
    chat = str(forum.id).removeprefix("-100")
    assert links(window)[0] == f"https://t.me/c/{chat}/{counter.message_id}"
    before = await playground.call_count()
    again = await post(clara, window, "1")
    sent = await playground.calls("sendMessage", after=before)
    assert [call.error for call in sent] == [None]
    await clara.press(again, "Confirm")
    await clara.until(again, ending("Total: 1"))
    assert [row["value"] for row in await tally.until_totals(clara, 1)] == [1]
    # Ask for another counter in another topic: it comes there.
    window = await list_in(clara, forum, other)
    assert len(rows(window)) == 19
    moved = await post(clara, window, "1")
    assert moved.message_thread_id == other
    await clara.press(moved, "Cancel")
    await clara.until(moved, ending("Cancelled"))
    assert len(rows(await list_in(clara, forum))) == 18


async def test_the_list_leads_to_a_counter_also_after_it_has_moved(
    clara: Person, forum: Group
) -> None:
    topic = await forum.topic("Tea")
    await open_in(clara, forum, topic, "tea")
    await forum.delete_topic(topic)
    window = await list_in(clara, forum)
    first = await post(clara, window, "1")
    second = await post(clara, window, "1")
    await clara.until(first, lambda message: not message.labels)
    await clara.press(second, "+1")
    await clara.until(second, ending("Specify the number: 1"))


async def test_a_moved_counter_is_drawn_again_after_a_kill(
    own_playground: Playground, own_tally: Tally
) -> None:
    await own_tally.start()
    ann = await own_playground.person("Ann", language_code="en")
    forum = await make_group(own_playground, [ann], is_forum=True)
    topic = await forum.topic("Tea")
    await open_in(ann, forum, topic, "tea")
    await forum.delete_topic(topic)
    counter = await post(ann, await list_in(ann, forum), "1")
    await own_tally.until_drawn()
    await own_playground.trouble("refuse", method="editMessageText", status=502)
    await ann.press(counter, "+1")
    await own_tally.kill()
    await own_playground.calm()
    await own_tally.start()
    await ann.until(counter, ending("Specify the number: 1"), timeout=30)
    assert links(await list_in(ann, forum)) == [
        f"https://t.me/c/{str(forum.id).removeprefix('-100')}/{counter.message_id}"
    ]


async def test_what_a_command_asks_for_in_a_closed_topic_comes_to_the_chat(
    clara: Person, boris: Person, forum: Group
) -> None:
    topic = await forum.topic("News")
    await forum.close_topic(topic)
    await boris.send("/numbers tea", chat=forum, topic=topic)
    counter = await receive_at_last(clara, "tea", forum)
    assert counter.message_thread_id is None
    await clara.press(counter, "+1")
    await clara.until(counter, ending("Укажите число: 1"))
    # A reply comes there, too.
    await boris.send(f"/numbers {'x' * 65}", chat=forum, topic=topic)
    refusal = await receive_at_last(clara, "", forum)
    assert "65" in (refusal.text or "")
    assert refusal.message_thread_id is None


async def test_if_the_general_topic_is_closed_too_the_topic_of_the_command_gets_it(
    clara: Person, forum: Group
) -> None:
    topic, other = await forum.topic("Tea"), await forum.topic("Coffee")
    await open_in(clara, forum, topic, "tea")
    await forum.close_topic(topic)
    await forum.close_topic(GENERAL)
    moved = await post(clara, await list_in(clara, forum, other), "1")
    assert moved.message_thread_id == other


async def test_a_group_that_the_bot_may_not_write_to_is_logged_and_its_list_emptied(
    playground: Playground, clara: Person, boris: Person, tally: Tally
) -> None:
    group = await make_group(playground, [clara], [boris])
    await clara.send("/numbers tea", chat=group)
    counter = await clara.receive(group)
    await clara.press(counter, "+1")
    window = await list_in(clara, group)
    await clara.send("/start")
    await clara.receive()
    await group.set_role(playground.bot, "restricted")

    # The answer to a press says so, and the counter keeps its message.
    assert await clara.press(window, "1") == NO_RIGHT
    assert await clara.press(window, "1") == NO_RIGHT
    await tally.until_drawn()
    assert (await clara.read(counter)).labels == counter.labels
    await clara.press(counter, "+1")
    await clara.until(counter, ending("Specify the number: 2"))

    # A command can't be answered there, and a counter without a message counts for no limit.
    for number in range(21):
        await clara.send(f"/numbers {number}", chat=group)
    said = await clara.receive()
    assert said.text == (
        "I may not write in Friends, so I can't open that there. An admin can let me."
    )
    await playground.until_pending(0)
    await tally.until_drawn()
    await group.set_role(playground.bot, "member")
    await clara.send("/numbers coffee", chat=group)
    await receive_at_last(clara, "coffee", group)
    assert rows(await list_in(clara, group)) == ["1. tea: 2", "2. coffee: 0"]


@pytest.mark.parametrize("words", ["TOPIC_DELETED", "TOPIC_CLOSED", "message thread not found"])
async def test_every_way_of_saying_that_a_topic_is_no_more(
    playground: Playground, clara: Person, forum: Group, words: str
) -> None:
    topic = await forum.topic("Tea")
    body = f'{{"ok":false,"error_code":400,"description":"Bad Request: {words}"}}'
    fault = {"status": 400, "body": body, "done": False, "times": 1, "chat": forum.id}
    await playground.trouble("answer", method="sendMessage", **fault)
    await clara.send("/numbers tea", chat=forum, topic=topic)
    counter = await receive_at_last(clara, "tea", forum)
    assert counter.message_thread_id is None
    await clara.press(counter, "+1")
    await clara.until(counter, ending("Specify the number: 1"))


async def test_presses_at_once_lose_no_counter_where_nothing_can_be_sent(
    playground: Playground, clara: Person, boris: Person, tally: Tally
) -> None:
    group = await make_group(playground, [clara], [boris])
    await clara.send("/numbers tea", chat=group)
    counter = await clara.receive(group)
    await clara.press(counter, "+1")
    window = await list_in(clara, group)
    await group.set_role(playground.bot, "restricted")
    await asyncio.gather(*(clara.press(window, "1") for _ in range(5)))
    await playground.until_pending(0)
    await group.set_role(playground.bot, "member")
    await tally.until_drawn()
    window = await list_in(clara, group)
    assert rows(window) == ["1. tea: 1"]
    anew = await post(clara, window, "1")
    await clara.press(anew, "Confirm")
    await clara.until(anew, ending("Total: 1"))
