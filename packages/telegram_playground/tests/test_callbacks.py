"""Presses and their answers (Bot API, CallbackQuery, answerCallbackQuery)."""

import asyncio
from typing import Any

import pytest

from playground_support.bot_side import BotSide
from telegram_playground import Answer, Group, Message, Person, Playground, PlaygroundError

TOO_OLD = "Bad Request: query is too old and response timeout expired or query ID is invalid"


async def press(
    bot: BotSide, person: Person
) -> tuple[dict[str, Any], "asyncio.Task[Answer | None]"]:
    """Press a button; give the query that the bot gets, and the task of the press."""
    message = await bot.show(person, "tea", "+1")
    waiting = asyncio.create_task(person.press(message, "+1"))
    (update,) = await bot.updates(timeout=5)
    return update["callback_query"], waiting


async def test_a_press_tells_the_person_message_and_data(bot: BotSide, ann: Person) -> None:
    query, waiting = await press(bot, ann)
    assert query["from"] == {
        "id": ann.id,
        "is_bot": False,
        "first_name": "Ann",
        "language_code": "en",
    }
    assert query["message"]["text"] == "tea"
    assert query["data"] == "+1"
    assert query["chat_instance"]
    await bot("answerCallbackQuery", callback_query_id=query["id"])
    assert await waiting == Answer(None)


async def test_an_answer_is_a_notice_an_alert_or_a_link(bot: BotSide, ann: Person) -> None:
    link = "https://t.me/tea_bot?start=more"
    for params, expected in (
        ({"text": "a" * 200}, Answer("a" * 200)),
        ({"text": "b", "show_alert": True}, Answer("b", show_alert=True)),
        ({"url": link}, Answer(None, url=link)),
    ):
        query, waiting = await press(bot, ann)
        await bot("answerCallbackQuery", callback_query_id=query["id"], **params)
        assert await waiting == expected
        await bot.updates(offset=(await bot.updates())[-1]["update_id"] + 1)


async def test_a_press_is_answered_once(bot: BotSide, ann: Person) -> None:
    query, waiting = await press(bot, ann)
    await bot("answerCallbackQuery", callback_query_id=query["id"], text="a")
    assert await bot.refused("answerCallbackQuery", callback_query_id=query["id"]) == TOO_OLD
    assert await waiting == Answer("a")


async def test_an_unknown_query_can_not_be_answered(bot: BotSide) -> None:
    assert await bot.refused("answerCallbackQuery", callback_query_id="5") == TOO_OLD


@pytest.mark.parametrize(("age", "refusal"), [(29, None), (31, TOO_OLD)])
async def test_an_answer_comes_too_late_after_30_seconds(
    playground: Playground, bot: BotSide, ann: Person, age: float, refusal: str | None
) -> None:
    query, waiting = await press(bot, ann)
    playground.clock.advance(age)
    answer = await bot.answer("answerCallbackQuery", callback_query_id=query["id"])
    assert answer.get("description") == refusal
    waiting.cancel()


async def test_old_queries_are_forgotten(playground: Playground, bot: BotSide, ann: Person) -> None:
    query, waiting = await press(bot, ann)
    waiting.cancel()
    playground.clock.advance(700)
    await ann.press((await ann.messages())[0], "+1", timeout=0)
    assert await bot.refused("answerCallbackQuery", callback_query_id=query["id"]) == TOO_OLD


async def test_a_notice_is_at_most_200_characters(bot: BotSide, ann: Person) -> None:
    query, waiting = await press(bot, ann)
    answer = {"callback_query_id": query["id"], "text": "a" * 201}
    assert await bot.refused("answerCallbackQuery", **answer) == "Bad Request: MESSAGE_TOO_LONG"
    waiting.cancel()


@pytest.mark.parametrize("url", ["https://tea.example/", "https://t.me/other?start=a", "nonsense"])
async def test_an_answer_links_to_the_bot_only(bot: BotSide, ann: Person, url: str) -> None:
    query, waiting = await press(bot, ann)
    answer = {"callback_query_id": query["id"], "url": url}
    assert await bot.refused("answerCallbackQuery", **answer) == "Bad Request: URL_INVALID"
    waiting.cancel()


async def test_without_an_answer_a_press_returns_none(bot: BotSide, ann: Person) -> None:
    message = await bot.show(ann, "tea", "+1")
    assert await ann.press(message, "+1", timeout=0.05) is None
    assert await ann.press(message, "+1", timeout=0) is None
    assert len(await bot.updates()) == 2


async def test_any_data_can_be_forged(bot: BotSide, ann: Person) -> None:
    message = await bot.show(ann, "tea")
    await ann.press(message, data="é" * 500, timeout=0)
    (update,) = await bot.updates()
    assert update["callback_query"]["data"] == "é" * 500


async def test_a_deleted_message_is_inaccessible(bot: BotSide, ann: Person) -> None:
    message = await bot.show(ann, "tea", "+1")
    await ann.delete(message)
    await ann.press(message, data="+1", timeout=0)
    (update,) = await bot.updates()
    assert update["callback_query"]["message"] == {
        "chat": {"id": ann.id, "first_name": "Ann", "type": "private"},
        "message_id": message.message_id,
        "date": 0,
    }


async def test_a_pressed_message_shows_what_it_replies_to(bot: BotSide, ann: Person) -> None:
    await ann.send("tea?")
    keyboard = {"inline_keyboard": [[{"text": "a", "callback_data": "b"}]]}
    await bot("sendMessage", chat_id=ann.id, text="t", reply_to_message_id=1, reply_markup=keyboard)
    await ann.press(await ann.receive(), "a", timeout=0)
    update = (await bot.updates())[-1]
    assert update["callback_query"]["message"]["reply_to_message"]["text"] == "tea?"


async def test_a_button_is_found_by_its_label_or_a_part_of_it(bot: BotSide, ann: Person) -> None:
    message = await bot.show(ann, "tea", "+1", "+10", "Counter ±1")
    for label in ("+1", "+10", "Counter"):
        await ann.press(message, label, timeout=0)
    pressed = [update["callback_query"]["data"] for update in await bot.updates()]
    assert pressed == ["+1", "+10", "Counter ±1"]
    assert message.button("Counter").callback_data == "Counter ±1"


async def test_a_missing_button_can_not_be_pressed(bot: BotSide, ann: Person) -> None:
    message = await bot.show(ann, "tea", "+1", "+10")
    with pytest.raises(PlaygroundError, match="no button '-1' on message 1, which has '\\+1'"):
        await ann.press(message, "-1")
    with pytest.raises(PlaygroundError, match="more than one button '\\+'"):
        await ann.press(message, "+")
    with pytest.raises(PlaygroundError, match="more than one button '\\+'"):
        message.button("+")
    await ann.delete(message)
    with pytest.raises(PlaygroundError, match="no message 1"):
        await ann.press(message, "+1")
    with pytest.raises(PlaygroundError, match="either a label or data"):
        await ann.press(message)
    assert await bot.updates() == []


async def test_the_button_is_looked_for_on_the_message_as_it_is_now(
    bot: BotSide, ann: Person
) -> None:
    message = await bot.show(ann, "tea", "+1")
    await bot("editMessageText", chat_id=ann.id, message_id=1, text="no more")
    with pytest.raises(PlaygroundError, match="which has no buttons"):
        await ann.press(message, "+1")


async def test_a_link_button_can_not_be_pressed(bot: BotSide, ann: Person) -> None:
    markup = {"inline_keyboard": [[{"text": "a", "url": "https://tea.example/"}]]}
    await bot("sendMessage", chat_id=ann.id, text="t", reply_markup=markup)
    with pytest.raises(PlaygroundError, match="not a callback button"):
        await ann.press(await ann.receive(), "a")


async def test_only_the_bots_messages_in_ones_own_chats_can_be_pressed(
    playground: Playground, bot: BotSide, ann: Person, boris: Person, group: Group
) -> None:
    message = await bot.show(ann, "tea", "+1")
    with pytest.raises(PlaygroundError, match="Boris is not in chat"):
        await boris.press(message, "+1")
    hers = await ann.send("hers")
    with pytest.raises(PlaygroundError, match="not the bot's"):
        await ann.press(hers, data="+1")
    await bot("sendMessage", chat_id=group.id, text="t")
    shared = await boris.receive(group)
    await boris.press(shared, data="a", timeout=0)
    await group.set_role(boris, "kicked")
    with pytest.raises(PlaygroundError, match="Boris is not in chat"):
        await boris.press(shared, data="a")
    missing = Message(shared.json | {"message_id": 99})
    with pytest.raises(PlaygroundError, match="never was a message 99"):
        await ann.press(missing, data="a")
    assert playground.bot.id == 123
