"""Topics: each answer comes to the topic of its command, by every way of sending."""

import pytest

from telegram_playground import Group, Message, Person, Playground
from tests.dialogs.test_totals import follow
from tests.support.groups import ending
from tests.support.tally import Tally

ASKED = {
    "counter": "/numbers tea",
    "menu": "/start",
    "reply": f"/numbers {'x' * 65}",
    "answer": "/terms",
    "game": "/game",
    "bill": "/payment",
    "keyboard": "/reply_builder",
    "hint": "hello",
    "random": "/random",
}
"""Commands whose answers are each sent in another way."""


@pytest.fixture
async def topic(ann: Person) -> int:
    """Give a topic of a private chat."""
    return await ann.topic("Tea")


async def ask(person: Person, command: str, topic: int) -> Message:
    """Send a command into a topic, and give the bot's next message in any topic."""
    await person.send(command, topic=topic)
    return await person.receive()


@pytest.mark.parametrize("name", ASKED)
async def test_an_answer_comes_to_the_topic_of_a_private_chat(
    ann: Person, topic: int, name: str
) -> None:
    assert (await ask(ann, ASKED[name], topic)).message_thread_id == topic


async def test_a_document_comes_to_the_topic_that_it_was_asked_for_in(
    ann: Person, tally: Tally, topic: int
) -> None:
    await tally.add_totals(ann, [1])
    data = await follow(ann, await ask(ann, "/totals", topic), "My data")
    for label in ("As CSV", "As JSON", "Everything as JSON"):
        await ann.press(data, label)
        document = await ann.receive(timeout=60)
        assert document.document
        assert document.message_thread_id == topic


async def test_what_a_press_sends_comes_there_too(ann: Person, topic: int) -> None:
    await ann.press(await ask(ann, "/random", topic), "Press me")
    number = await ann.receive()
    assert (number.text or "").isdigit()
    await ann.press(await ask(ann, "/payment", topic), "Bill for")
    bill = await ann.receive()
    assert bill.invoice
    assert number.message_thread_id == bill.message_thread_id == topic


@pytest.fixture
async def channel(playground: Playground, ann: Person, boris: Person) -> Group:
    """Give the direct messages of a channel where the bot is an admin."""
    return await playground.group(
        "News", members=[ann, boris], bot="administrator", is_direct_messages=True
    )


async def test_a_direct_message_of_a_channel_is_answered_in_its_topic(
    playground: Playground, ann: Person, boris: Person, channel: Group
) -> None:
    before = await playground.call_count()
    counters = {}
    for person in (ann, boris):
        await person.send("/numbers tea", chat=channel)
        counter = await person.receive(channel)
        while not (counter.text or "").startswith("tea"):
            counter = await person.receive(channel)
        counters[person.id] = counter
    mine = counters[ann.id]
    assert mine.direct_messages_topic
    assert mine.direct_messages_topic.topic_id == ann.id
    await ann.press(mine, "+1")
    await ann.until(mine, ending("Specify the number: 1"))
    for command in ("/start", f"/numbers {'x' * 65}", "/counters"):
        await ann.send(command, chat=channel)
        answer = await ann.receive(channel)
        while answer.direct_messages_topic and answer.direct_messages_topic.topic_id != ann.id:
            answer = await ann.receive(channel)
        assert answer.direct_messages_topic
    await ann.press(answer, "1")
    anew = await ann.receive(channel)
    assert anew.direct_messages_topic
    assert anew.direct_messages_topic.topic_id == ann.id
    await ann.press(anew, "Confirm")
    await ann.until(anew, ending("Total: 1"))
    sent = await playground.calls("sendMessage", after=before)
    assert {call.params.get("direct_messages_topic_id") for call in sent} == {
        str(ann.id),
        str(boris.id),
    }
    assert [call.params for call in sent if "message_thread_id" in call.params] == []
