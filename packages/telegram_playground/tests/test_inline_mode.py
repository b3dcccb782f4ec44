"""Inline mode and games: queries, answers, choices, and messages without a chat."""

import asyncio

import pytest

from playground_support.bot_side import BotSide, Json
from playground_support.uploads import upload
from telegram_playground import Group, Person, Playground, PlaygroundError

BUTTONS: Json = {"inline_keyboard": [[{"text": "+1", "callback_data": "up"}]]}


def article(result_id: str = "1", text: str = "tea", **more: object) -> Json:
    """Make a result that becomes a text."""
    content = {"message_text": text}
    return {
        "type": "article",
        "id": result_id,
        "title": "Tea",
        "input_message_content": content,
        **more,
    }


@pytest.fixture(autouse=True)
async def inline(playground: Playground) -> None:
    """Switch inline mode on, as @BotFather does."""
    await playground.request("PATCH", "bot", {"inline": True, "inline_feedback": True})


async def ask(
    playground: Playground, bot: BotSide, person: Person, *results: Json, **answer: object
) -> Json:
    """Send an inline query as a person and answer it as the bot."""
    asking = {"person": person.id, "query": "tea", "chat_type": "supergroup"}
    asked = asyncio.create_task(playground.request("POST", "inline/query", asking))
    await playground.until_pending(1)
    (update,) = await bot.updates()
    query = update["inline_query"]
    assert (query["query"], query["offset"], query["chat_type"]) == ("tea", "", "supergroup")
    await bot("answerInlineQuery", inline_query_id=query["id"], results=results, **answer)
    await bot.updates(offset=update["update_id"] + 1)
    return dict(await asked)


async def choose(playground: Playground, person: Person, asked: Json, chat_id: int) -> Json:
    """Send the first result as a person."""
    choice = {"person": person.id, "query_id": asked["id"], "result_id": "1", "chat": chat_id}
    return dict(await playground.request("POST", "inline/choose", choice))


async def test_a_result_is_sent_via_the_bot(
    playground: Playground, bot: BotSide, boris: Person
) -> None:
    group = await playground.group("Tea", members=[boris], bot="left")
    asked = await ask(playground, bot, boris, article(reply_markup=BUTTONS))
    assert asked["results"][0]["title"] == "Tea"
    sent = await choose(playground, boris, asked, group.id)
    assert (sent["text"], sent["via_bot"]["id"]) == ("tea", playground.bot.id)
    (update,) = await bot.updates()
    chosen = update["chosen_inline_result"]
    assert (chosen["result_id"], chosen["query"]) == ("1", "tea")
    inline_id = chosen["inline_message_id"]
    assert await bot("editMessageText", inline_message_id=inline_id, text="two")
    (message,) = await group.messages()
    assert (message.text, message.labels) == ("two", [])


async def test_a_press_on_an_inline_message_has_no_message(
    playground: Playground, bot: BotSide, boris: Person, group: Group
) -> None:
    await bot.updates(offset=-1)
    await bot.updates(offset=(await bot.updates())[0]["update_id"] + 1)
    asked = await ask(playground, bot, boris, article(reply_markup=BUTTONS))
    await choose(playground, boris, asked, group.id)
    (message,) = await group.messages()
    await boris.press(message, "+1", timeout=0)
    query = (await bot.updates())[-1]["callback_query"]
    assert "message" not in query
    assert query["data"] == "up"
    keyboard = {"inline_keyboard": [[{"text": "-1", "callback_data": "down"}]]}
    await bot(
        "editMessageReplyMarkup",
        inline_message_id=query["inline_message_id"],
        reply_markup=keyboard,
    )
    assert (await boris.read(message)).labels == [["-1"]]
    refused = await bot.refused("editMessageText", inline_message_id="x", text="a")
    assert refused == "Bad Request: MESSAGE_ID_INVALID"


async def test_answers_are_cached(
    playground: Playground, bot: BotSide, ann: Person, boris: Person
) -> None:
    asked = await ask(playground, bot, ann, article(), cache_time=60)
    again = {"person": boris.id, "query": "tea"}
    assert (await playground.request("POST", "inline/query", again))["id"] == asked["id"]
    playground.clock.advance(61)
    own = await ask(playground, bot, boris, article(), is_personal=True)
    assert own["id"] != asked["id"]
    again = {"person": ann.id, "query": "tea", "wait": 0}
    other = await playground.request("POST", "inline/query", again)
    assert not other["answered"]
    assert await playground.pending() == 1


@pytest.mark.parametrize(
    ("answer", "refusal"),
    [
        ({"results": [article(), article()]}, "RESULT_ID_DUPLICATE"),
        ({"results": [article("a" * 65)]}, "RESULT_ID_INVALID"),
        ({"results": [article(str(i)) for i in range(51)]}, "RESULTS_TOO_MUCH"),
        ({"results": [], "next_offset": "a" * 65}, "NEXT_OFFSET_INVALID"),
        ({"results": [article(text=" ")]}, "text must be non-empty"),
    ],
)
async def test_bad_answers_are_refused(
    playground: Playground, bot: BotSide, ann: Person, answer: Json, refusal: str
) -> None:
    asking = {"person": ann.id, "wait": 0}
    asked = await playground.request("POST", "inline/query", asking)
    refused = await bot.refused("answerInlineQuery", inline_query_id=asked["id"], **answer)
    assert refused == f"Bad Request: {refusal}"


async def test_an_answer_comes_once_and_in_time(
    playground: Playground, bot: BotSide, ann: Person
) -> None:
    asked = await playground.request("POST", "inline/query", {"person": ann.id, "wait": 0})
    playground.clock.advance(31)
    refused = await bot.refused("answerInlineQuery", inline_query_id=asked["id"], results=[])
    assert "query is too old" in refused
    assert await bot.updates() == []


async def test_inline_mode_is_switched_on(
    playground: Playground, bot: BotSide, ann: Person
) -> None:
    assert (await bot("getMe"))["supports_inline_queries"]
    await playground.request("PATCH", "bot", {"inline": False})
    with pytest.raises(PlaygroundError, match="inline mode is off"):
        await playground.request("POST", "inline/query", {"person": ann.id})


async def test_a_game_is_started_and_scored(bot: BotSide, ann: Person, boris: Person) -> None:
    sent = await bot("sendGame", chat_id=ann.id, game_short_name="tea_race")
    message = (await ann.messages())[-1]
    await ann.press(message, "Play", timeout=0)
    query = (await bot.updates())[-1]["callback_query"]
    assert query["game_short_name"] == "tea_race"
    assert "data" not in query
    url = "https://tea.example/game"
    await bot("answerCallbackQuery", callback_query_id=query["id"], url=url)
    place = {"chat_id": ann.id, "message_id": sent["message_id"]}
    await bot("setGameScore", **place, user_id=ann.id, score=5)
    await bot("setGameScore", **place, user_id=boris.id, score=7)
    refused = await bot.refused("setGameScore", **place, user_id=ann.id, score=4)
    assert refused == "Bad Request: BOT_SCORE_NOT_MODIFIED"
    await bot("setGameScore", **place, user_id=ann.id, score=4, force=True)
    scores = await bot("getGameHighScores", **place, user_id=ann.id)
    assert [(s["position"], s["user"]["id"], s["score"]) for s in scores] == [
        (1, boris.id, 7),
        (2, ann.id, 4),
    ]


async def test_a_game_is_sent_and_scored_through_inline_mode(
    playground: Playground, bot: BotSide, boris: Person
) -> None:
    group = await playground.group("Tea", members=[boris], bot="left")
    game = {"type": "game", "id": "1", "game_short_name": "tea_race"}
    await choose(playground, boris, await ask(playground, bot, boris, game), group.id)
    (message,) = await group.messages()
    await boris.press(message, "Play", timeout=0)
    query = (await bot.updates())[-1]["callback_query"]
    assert (query["game_short_name"], "message" in query) == ("tea_race", False)
    place = {"inline_message_id": query["inline_message_id"], "user_id": boris.id}
    assert await bot("setGameScore", **place, score=7) is True
    (best,) = await bot("getGameHighScores", **place)
    assert (best["position"], best["score"]) == (1, 7)


async def test_a_file_is_a_result(
    playground: Playground, bot: BotSide, ann: Person, group: Group
) -> None:
    sent = await upload(bot, "sendAnimation", {"animation": b"tea"}, chat_id=ann.id)
    file_id = sent["result"]["animation"]["file_id"]
    await bot.updates(offset=(await bot.updates())[-1]["update_id"] + 1)
    result = {"type": "mpeg4_gif", "id": "1", "mpeg4_file_id": file_id, "caption": "a cup"}
    posted = await choose(playground, ann, await ask(playground, bot, ann, result), group.id)
    assert (posted["animation"]["file_id"], posted["caption"]) == (file_id, "a cup")
