"""Entities that a bot gives with a text (Bot API, MessageEntity)."""

import pytest

from playground_support.bot_side import BotSide, Json
from playground_support.entities import entities, entity
from telegram_playground import Person

EMOJI = "5368324170671202286"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"type": "bold"}, {"type": "bold"}),
        ({"type": "pre", "language": "c"}, {"type": "pre", "language": "c"}),
        ({"type": "pre", "language": ""}, {"type": "pre"}),
        ({"type": "code", "language": "c", "url": "tea.com"}, {"type": "code"}),
        (
            {"type": "text_link", "url": "Tea.com?a"},
            {"type": "text_link", "url": "http://tea.com/?a"},
        ),
        (
            {"type": "custom_emoji", "custom_emoji_id": EMOJI},
            {"type": "custom_emoji", "custom_emoji_id": EMOJI},
        ),
        (
            {"type": "date_time", "unix_time": 5, "date_time_format": "tTWd"},
            {"type": "date_time", "unix_time": 5, "date_time_format": "wdT"},
        ),
        (
            {"type": "date_time", "unix_time": 5},
            {"type": "date_time", "unix_time": 5, "date_time_format": ""},
        ),
    ],
)
async def test_an_entity_is_kept(bot: BotSide, ann: Person, given: Json, kept: Json) -> None:
    place = {"offset": 2, "length": 1}
    text, shown = await entities(bot, ann, "😀a", entities=[place | given])
    assert (text, shown) == ("😀a", [place | kept])


async def test_a_mention_or_a_link_to_a_person_shows_the_person(bot: BotSide, ann: Person) -> None:
    given = [
        entity(0, 1, "text_mention", user={"id": ann.id, "is_bot": False, "first_name": "x"}),
        entity(1, 1, "text_link", url=f"tg://user?id={ann.id}"),
    ]
    _, shown = await entities(bot, ann, "ab", entities=given)
    assert [item["user"]["first_name"] for item in shown] == ["Ann", "Ann"]


async def test_a_mention_of_nobody_is_dropped(bot: BotSide, ann: Person) -> None:
    given = [entity(0, 1, "text_link", url="tg://user?id=5"), entity(0, 2, "bold")]
    assert await entities(bot, ann, "ab", entities=given) == ("ab", [entity(0, 2, "bold")])


async def test_entities_that_a_bot_can_not_set_are_dropped(bot: BotSide, ann: Person) -> None:
    found_only = ("mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number")
    given = [entity(0, 1, type_) for type_ in (*found_only, "bank_card_number")]
    assert await entities(bot, ann, "aaaaa", entities=given) == ("aaaaa", [])


async def test_an_empty_entity_is_dropped(bot: BotSide, ann: Person) -> None:
    assert await entities(bot, ann, "a", entities=[entity(0, 0, "bold")]) == ("a", [])


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (entity(0, 1, "shiny"), "can't parse MessageEntity: Unsupported type specified"),
        (entity(0, 1, "text_link"), "can't parse MessageEntity: Can't find field \"url\""),
        (entity(0, 1, "text_mention"), "can't parse MessageEntity: Can't find field \"user\""),
        (
            entity(0, 1, "custom_emoji", custom_emoji_id="a"),
            'can\'t parse MessageEntity: Field "custom_emoji_id" must be a valid Number',
        ),
        (
            entity(0, 1, "custom_emoji", custom_emoji_id="0"),
            "invalid custom emoji identifier specified",
        ),
        (
            entity(0, 1, "date_time", unix_time=5, date_time_format="rt"),
            "can't parse MessageEntity: Invalid date-time format specified",
        ),
        (entity(0, 1, "date_time", unix_time=0), "invalid date specified"),
        (
            entity(0, 1, "text_link", url="tea"),
            "entity URL 'tea' is invalid: Wrong HTTP URL",
        ),
        (
            entity(0, 1, "text_link", url="http://t a.com"),
            "entity URL 'http://t a.com' is invalid: Disallowed character in URL host",
        ),
        (entity(-1, 1, "bold"), "receive an entity with incorrect offset -1"),
        (entity(0, -1, "bold"), "receive an entity with incorrect length -1"),
        (
            entity(2, 1, "bold"),
            "entity begins after the end of the text at UTF-16 offset 2",
        ),
    ],
)
async def test_a_wrong_entity_is_refused(
    bot: BotSide, ann: Person, given: Json, reason: str
) -> None:
    refused = await bot.refused("sendMessage", chat_id=ann.id, text="a", entities=[given])
    assert refused == f"Bad Request: {reason}"


async def test_a_parse_mode_beats_entities(bot: BotSide, ann: Person) -> None:
    given = [entity(0, 1, "italic")]
    assert await entities(bot, ann, "<b>a</b>", entities=given, parse_mode="HTML") == (
        "a",
        [entity(0, 1, "bold")],
    )
