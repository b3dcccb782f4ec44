"""The client: persons, messages, waiting."""

import asyncio

import pytest

from playground_support.bot_side import BotSide
from telegram_playground import Client, Group, Person, Playground, PlaygroundError, Server


async def test_a_person_has_the_fields_they_were_added_with(
    playground: Playground, bot: BotSide
) -> None:
    ann = await playground.person(
        "Ann", id=77, last_name="Lee", username="ann", language_code="en", is_premium=True
    )
    message = await ann.send("hi")
    assert message.chat.id == 77
    (update,) = await bot.updates()
    assert update["message"]["from"] == {
        "id": 77,
        "is_bot": False,
        "first_name": "Ann",
        "last_name": "Lee",
        "username": "ann",
        "language_code": "en",
        "is_premium": True,
    }
    assert update["message"]["chat"] == {
        "id": 77,
        "first_name": "Ann",
        "last_name": "Lee",
        "username": "ann",
        "type": "private",
    }
    assert [person.user.first_name for person in await playground.persons()] == ["Ann"]


async def test_a_person_can_change(bot: BotSide, ann: Person) -> None:
    await ann.send("before")
    await ann.change(first_name="Anna", language_code=None)
    await ann.send("after")
    before, after = [update["message"] for update in await bot.updates()]
    assert (before["from"]["first_name"], before["from"]["language_code"]) == ("Ann", "en")
    assert after["from"] == {"id": ann.id, "is_bot": False, "first_name": "Anna"}
    assert after["chat"]["first_name"] == "Anna"
    assert ann.user.first_name == "Anna"


async def test_a_person_with_wrong_fields_is_refused(
    playground: Playground, ann: Person, boris: Person
) -> None:
    for fields, problem in (
        ({"id": ann.id}, "is taken"),
        ({"id": playground.bot.id}, "is taken"),
        ({"username": "BORIS"}, "is taken"),
        ({"colour": "green"}, "a user has no field colour"),
        ({"id": "many"}, "id"),
    ):
        with pytest.raises(PlaygroundError, match=problem):
            await playground.person("Ann", **fields)
    await boris.change(username="boris")


async def test_messages_are_received_one_by_one(bot: BotSide, ann: Person) -> None:
    await ann.send("hi")
    for text in ("a", "b"):
        await bot("sendMessage", chat_id=ann.id, text=text)
    assert (await ann.receive()).text == "a"
    assert (await ann.receive()).text == "b"
    waiting = asyncio.create_task(ann.receive())
    await bot("sendMessage", chat_id=ann.id, text="c")
    assert (await waiting).text == "c"


async def test_each_person_receives_for_themselves(
    bot: BotSide, ann: Person, boris: Person, group: Group
) -> None:
    await bot("sendMessage", chat_id=group.id, text="tea")
    assert (await ann.receive(group)).text == "tea"
    assert (await boris.receive(group.id)).text == "tea"


async def test_a_timeout_shows_the_chat(bot: BotSide, ann: Person) -> None:
    await ann.send("hi")
    message = await bot.show(ann, "tea", "+1", "-1")
    assert message.reply_markup is not None
    await bot(
        "editMessageText",
        chat_id=ann.id,
        message_id=2,
        text="more",
        reply_markup=message.reply_markup.json,
    )
    await ann.receive()
    with pytest.raises(TimeoutError) as caught:
        await ann.receive(timeout=0.05)
    assert str(caught.value) == (
        "a message of the bot did not come within 0.05 s:\n"
        "#1 Ann: hi\n"
        "#2 tea_bot (edited): more [+1][-1]"
    )


async def test_a_message_is_waited_for_by_text_or_condition(bot: BotSide, ann: Person) -> None:
    message = await bot.show(ann, "0", "+1")
    by_text = asyncio.create_task(ann.until(message, text="1"))
    bare = asyncio.create_task(ann.until(message, lambda now: not now.labels))
    await bot("editMessageText", chat_id=ann.id, message_id=1, text="1")
    assert (await by_text).text == "1"
    assert (await bare).edited
    with pytest.raises(TimeoutError, match=r"message 1 as expected \('2'\)"):
        await ann.until(message, text="2", timeout=0.05)


async def test_a_deletion_can_be_waited_for(bot: BotSide, ann: Person) -> None:
    message = await bot.show(ann)
    gone = asyncio.create_task(ann.until_gone(message))
    await bot("deleteMessage", chat_id=ann.id, message_id=1)
    await gone
    with pytest.raises(PlaygroundError, match="message 1 was deleted"):
        await ann.read(message)
    with pytest.raises(TimeoutError):
        await ann.until(message, text="a", timeout=0.05)


async def test_a_text_that_can_not_be_sent_is_refused(ann: Person) -> None:
    for text, problem in ((" ", "text must be non-empty"), ("a" * 4097, "too long")):
        with pytest.raises(PlaygroundError, match=problem):
            await ann.send(text)
    with pytest.raises(PlaygroundError, match="there is no such message to reply to"):
        await ann.send("a", reply_to=5)
    await ann.block()
    with pytest.raises(PlaygroundError, match="Ann has blocked the bot"):
        await ann.send("a")
    await ann.change(standing="deactivated")
    with pytest.raises(PlaygroundError, match="Ann has deleted their account"):
        await ann.send("a")


async def test_a_client_can_advance_the_clock(playground: Playground, ann: Person) -> None:
    before = playground.clock.time()
    await playground.advance(3600)
    assert (await ann.send("hi")).date >= int(before) + 3600
    with pytest.raises(PlaygroundError, match="seconds: must be from 0"):
        await playground.advance(-1)


async def test_a_client_plays_on_a_server_that_runs_anywhere() -> None:
    server = Server(port=0)
    await server.start()
    try:
        async with Client(server.url) as first, Client(f"{server.url}/") as second:
            ann = await first.person("Ann")
            await ann.send("hi")
            (same,) = await second.persons()
            assert [message.text for message in await same.messages()] == ["hi"]
            assert first.bot.username == "playground_bot"
    finally:
        await server.stop()


async def test_a_client_that_is_not_connected_says_so() -> None:
    with pytest.raises(PlaygroundError, match="async with"):
        await Client("http://127.0.0.1:9").persons()


async def test_a_client_that_finds_no_server_leaves_nothing_open() -> None:
    with pytest.raises(OSError, match="Cannot connect"):
        await Client("http://127.0.0.1:9").__aenter__()
