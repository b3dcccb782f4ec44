"""Entities that overlap: merged, split, or dropped, so that the rest nests (MessageEntity.cpp)."""

import pytest

from playground_support.bot_side import BotSide, Json
from playground_support.entities import entities, entity
from telegram_playground import Person
from telegram_playground.formatting import finish_text

Places = list[tuple[int, int, str]]

LINK = {"url": "http://tea.com/"}

CASES: dict[str, tuple[str, Places, Places]] = {
    "styles of one kind that touch become one": (
        "abcd",
        [(0, 1, "bold"), (1, 1, "bold"), (1, 3, "bold")],
        [(0, 4, "bold")],
    ),
    "styles of one kind that don't touch stay two": (
        "abcd",
        [(3, 1, "bold"), (0, 2, "bold")],
        [(0, 2, "bold"), (3, 1, "bold")],
    ),
    "a style is split where another begins": (
        "abcd",
        [(0, 4, "bold"), (1, 2, "italic")],
        [(0, 1, "bold"), (1, 3, "bold"), (1, 2, "italic")],
    ),
    "a style is not split where another begins with it": (
        "abcd",
        [(0, 2, "bold"), (0, 4, "underline")],
        [(0, 4, "underline"), (0, 2, "bold")],
    ),
    "styles that cross are split": (
        "abcd",
        [(0, 3, "bold"), (1, 3, "spoiler")],
        [(0, 1, "bold"), (1, 3, "spoiler"), (1, 2, "bold")],
    ),
    "a style is split at a link": (
        "abcd",
        [(0, 4, "bold"), (1, 2, "text_link")],
        [(0, 1, "bold"), (1, 2, "text_link"), (1, 2, "bold"), (3, 1, "bold")],
    ),
    "a style is split at what is found": (
        "a t.me b",
        [(0, 8, "bold")],
        [(0, 2, "bold"), (2, 4, "url"), (2, 4, "bold"), (6, 2, "bold")],
    ),
    "a style goes through a quotation in pieces": (
        "abcd",
        [(0, 4, "bold"), (1, 2, "blockquote")],
        [(0, 1, "bold"), (1, 2, "blockquote"), (1, 2, "bold"), (3, 1, "bold")],
    ),
    "code has no style": (
        "abcd",
        [(0, 4, "bold"), (1, 2, "code")],
        [(0, 1, "bold"), (1, 2, "code"), (3, 1, "bold")],
    ),
    "a block of code has no style": ("abcd", [(0, 4, "pre"), (1, 2, "italic")], [(0, 4, "pre")]),
    "a time has no style": ("abcd", [(0, 4, "date_time"), (1, 2, "bold")], [(0, 4, "date_time")]),
    "nothing is found in code": ("t.me /a", [(0, 7, "code")], [(0, 7, "code")]),
    "the first of two links is kept": (
        "abcd",
        [(1, 3, "text_link"), (0, 2, "text_mention")],
        [(0, 2, "text_mention")],
    ),
    "the longer of two is kept": ("abcd", [(0, 2, "code"), (0, 3, "pre")], [(0, 3, "pre")]),
    "a link beats what is found": ("t.me", [(0, 2, "text_link")], [(0, 2, "text_link")]),
    "a quotation contains others": (
        "a t.me",
        [(0, 1, "code"), (0, 6, "blockquote")],
        [(0, 6, "blockquote"), (0, 1, "code"), (2, 4, "url")],
    ),
    "a quotation drops what lies in it in part": (
        "ab t.me",
        [(0, 5, "blockquote"), (3, 4, "code")],
        [(0, 5, "blockquote")],
    ),
    "quotations don't nest": (
        "abcd",
        [(0, 4, "expandable_blockquote"), (1, 2, "blockquote")],
        [(0, 4, "expandable_blockquote")],
    ),
    "a style over a removed character is one": (
        "a\rb",
        [(0, 1, "bold"), (2, 1, "bold")],
        [(0, 2, "bold")],
    ),
}


def _entities(places: Places) -> list[Json]:
    fields: dict[str, Json] = {
        "text_link": LINK,
        "text_mention": {"user": {"id": 5}},
        "date_time": {"unix_time": 5, "date_time_format": ""},
    }
    return [entity(*place, **fields.get(place[2], {})) for place in places]


@pytest.mark.parametrize(("text", "given", "expected"), CASES.values(), ids=CASES)
def test_rule(text: str, given: Places, expected: Places) -> None:
    assert finish_text(text, _entities(given))[1] == _entities(expected)
    assert finish_text(text, _entities(given[::-1]))[1] == _entities(expected)


async def test_a_message_keeps_100_entities_and_any_custom_emoji(bot: BotSide, ann: Person) -> None:
    given = [entity(2 * number, 1, "bold") for number in range(120)]
    emoji = [entity(240, 1, "custom_emoji", custom_emoji_id="5")]
    _, shown = await entities(bot, ann, "a " * 120 + "b", entities=given + emoji)
    assert shown == given[:100] + emoji


async def test_styles_in_markup_nest_as_telegram_shows_them(bot: BotSide, ann: Person) -> None:
    _, shown = await entities(bot, ann, "<b>a<i>b</i> /c</b>", parse_mode="HTML")
    assert shown == [
        entity(0, 1, "bold"),
        entity(1, 2, "bold"),
        entity(1, 1, "italic"),
        entity(3, 2, "bot_command"),
        entity(3, 2, "bold"),
    ]
