"""Dice, contacts, locations, venues, games and polls of the bot."""

import pytest

from playground_support.bot_side import BotSide, Json
from playground_support.entities import entity
from telegram_playground import Person, Playground

GOOD: list[tuple[str, Json, Json]] = [
    (
        "sendContact",
        {"phone_number": "+1", "first_name": "Tea"},
        {"contact": {"phone_number": "+1", "first_name": "Tea"}},
    ),
    (
        "sendLocation",
        {"latitude": 5.5, "longitude": -7},
        {"location": {"latitude": 5.5, "longitude": -7.0}},
    ),
    (
        "sendVenue",
        {"latitude": 1, "longitude": 2, "title": "Tea", "address": "Here 1"},
        {
            "location": {"latitude": 1.0, "longitude": 2.0},
            "venue": {
                "location": {"latitude": 1.0, "longitude": 2.0},
                "title": "Tea",
                "address": "Here 1",
            },
        },
    ),
]


@pytest.mark.parametrize(("method", "params", "content"), GOOD)
async def test_contents_are_sent(
    bot: BotSide, ann: Person, method: str, params: Json, content: Json
) -> None:
    sent = await bot(method, chat_id=ann.id, **params)
    assert {name: sent[name] for name in content} == content
    assert len(await ann.messages()) == 1


BAD: list[tuple[str, Json, str]] = [
    ("sendDice", {"emoji": "x"}, "wrong dice emoji specified"),
    ("sendContact", {"phone_number": " ", "first_name": "a"}, "phone number is empty"),
    ("sendContact", {"phone_number": "1", "first_name": " "}, "first name is empty"),
    ("sendLocation", {"latitude": 91, "longitude": 0}, "wrong coordinates specified"),
    ("sendPoll", {"question": " ", "options": ["a"]}, "text must be non-empty"),
    (
        "sendPoll",
        {"question": "a" * 301, "options": ["a"]},
        "poll question length must not exceed 300",
    ),
    ("sendPoll", {"question": "a", "options": []}, "poll must have at least one answer option"),
    ("sendPoll", {"question": "a", "options": ["a"] * 13}, "poll can't have more than 12 options"),
    ("sendPoll", {"question": "a", "options": ["a", "\n"]}, "text must be non-empty"),
    (
        "sendPoll",
        {"question": "a", "options": ["a" * 101]},
        "poll options length must not exceed 100",
    ),
    (
        "sendPoll",
        {"question": "a", "options": ["a", "b"], "type": "quiz", "correct_option_ids": [2]},
        "wrong correct option ID specified",
    ),
]


@pytest.mark.parametrize(("method", "params", "refusal"), BAD)
async def test_wrong_contents_are_refused(
    bot: BotSide, ann: Person, method: str, params: Json, refusal: str
) -> None:
    refused = await bot.refused(method, chat_id=ann.id, **params)
    assert refused == f"Bad Request: {refusal}"


async def test_a_dice_in_a_private_chat_is_kept_for_a_day(
    playground: Playground, bot: BotSide, ann: Person
) -> None:
    dice = {"chat_id": ann.id, "message_id": (await bot("sendDice", chat_id=ann.id))["message_id"]}
    assert await bot.refused("deleteMessage", **dice) == "Bad Request: message can't be deleted"
    playground.clock.advance(25 * 3600)
    assert await bot("deleteMessage", **dice)


@pytest.mark.parametrize(("emoji", "largest"), [(None, 6), ("🏀", 5), ("🎰", 64)])
async def test_a_dice_is_thrown(bot: BotSide, ann: Person, emoji: str | None, largest: int) -> None:
    dice = (await bot("sendDice", chat_id=ann.id, emoji=emoji))["dice"]
    assert dice["emoji"] == (emoji or "🎲")
    assert 1 <= dice["value"] <= largest


async def test_a_game_has_a_button_that_starts_it(bot: BotSide, ann: Person) -> None:
    game = {"chat_id": ann.id, "game_short_name": "tea_race"}
    sent = await bot("sendGame", **game)
    (button,) = sent["reply_markup"]["inline_keyboard"][0]
    assert button == {"text": "Play tea_race", "callback_game": {}}
    other = {"inline_keyboard": [[{"text": "a", "callback_data": "a"}]]}
    refused = await bot.refused("sendGame", **game, reply_markup=other)
    assert refused == "Bad Request: REPLY_MARKUP_GAME_EMPTY"
    twice = {"inline_keyboard": [[{"text": "a", "callback_game": {}}] * 2]}
    refused = await bot.refused("sendGame", **game, reply_markup=twice)
    assert refused == "Bad Request: BUTTON_TYPE_INVALID"


async def test_a_game_that_botfather_does_not_know_is_refused(
    playground: Playground, bot: BotSide, ann: Person
) -> None:
    game = {"chat_id": ann.id, "game_short_name": "tea_race"}
    await playground.switch(games=False)
    refused = await bot.refused("sendGame", **game)
    assert refused == "Bad Request: wrong game short name specified"
    await playground.switch(games=True)
    await bot("sendGame", **game)


async def test_texts_of_a_poll_are_read_like_others(bot: BotSide, ann: Person) -> None:
    emoji = entity(4, 2, "custom_emoji", custom_emoji_id="5368324170671202286")
    sent = await bot(
        "sendPoll",
        chat_id=ann.id,
        type="quiz",
        question=" <b>Tea</b> <tg-emoji emoji-id='5368324170671202286'>👍</tg-emoji> ",
        question_parse_mode="HTML",
        options=[
            {"text": "*yes* /a", "text_parse_mode": "MarkdownV2"},
            {"text": "\nno 😀", "text_entities": [emoji | {"offset": 4}]},
        ],
        correct_option_ids=[0],
        explanation="<b>see t.me</b>",
        explanation_parse_mode="HTML",
        description="#tea",
    )
    poll = sent["poll"]
    assert (poll["question"], poll["question_entities"]) == ("Tea 👍", [emoji])
    assert [option["text"] for option in poll["options"]] == ["yes /a", "no 😀"]
    assert "text_entities" not in poll["options"][0]
    assert poll["options"][1]["text_entities"] == [emoji | {"offset": 3}]
    assert [item["type"] for item in poll["explanation_entities"]] == ["bold", "url", "bold"]
    assert poll["description_entities"] == [entity(0, 4, "hashtag")]


async def test_a_poll_is_stopped_once(bot: BotSide, ann: Person) -> None:
    sent = await bot("sendPoll", chat_id=ann.id, question="Tea?", options=["yes", {"text": "no"}])
    assert [option["text"] for option in sent["poll"]["options"]] == ["yes", "no"]
    stop = {"chat_id": ann.id, "message_id": sent["message_id"]}
    assert (await bot("stopPoll", **stop))["is_closed"]
    assert await bot.refused("stopPoll", **stop) == "Bad Request: poll has already been closed"
    told = [update["poll"]["is_closed"] for update in await bot.updates() if "poll" in update]
    assert told == [True]
