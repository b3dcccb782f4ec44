"""Characters that Telegram removes or replaces in texts, and entities around them (misc.cpp)."""

import pytest

from playground_support.bot_side import BotSide, Json
from playground_support.entities import entities, entity
from telegram_playground import Person
from telegram_playground.errors import BadRequestError
from telegram_playground.formatting import finish_text, format_text

CLEAN = {
    "a\0b\tc\vd\x1fe": "a b c d e",
    "a\nb\r\nc\rd": "a\nb\ncd",
    "a\u2028b\u2029c\u202ed": "abcd",
    "e\u030ae\u0333e\u033f": "eee",
    "a\u200fb": "a\u200fb",
    "a\u200e\u200f\u200eb": "a\u200c\u200c\u200eb",
    "\xa0a\xa0": "\xa0a\xa0",
    " \n a b \n ": "a b",
    "\t a \r\n": "a",
}


@pytest.mark.parametrize(("text", "expected"), CLEAN.items())
def test_a_text_is_cleaned(text: str, expected: str) -> None:
    assert finish_text(text, [])[0] == expected


@pytest.mark.parametrize(
    "text", [" ", "\n\t\r", "\u200b\u200d\ufeff", "\u2800\u3000\xa0", "\U000e0041", "\u202e"]
)
def test_a_text_that_shows_nothing_is_refused(text: str) -> None:
    with pytest.raises(BadRequestError, match="text must be non-empty"):
        finish_text(text, [])


@pytest.mark.parametrize("text", ["a\ud83d", "\ude00a"])
def test_half_of_a_surrogate_pair_is_refused(text: str) -> None:
    with pytest.raises(BadRequestError, match="strings must be encoded in UTF-8"):
        format_text(text, None, None)
    with pytest.raises(BadRequestError, match="text must be encoded in UTF-8"):
        format_text(text, "HTML", None)


async def test_entities_move_along(bot: BotSide, ann: Person) -> None:
    source = "\r\n<b>a\r</b>\u202e<i>\r</i><u>\r\nb </u>\n"
    assert await entities(bot, ann, source, parse_mode="HTML") == (
        "a\nb",
        [entity(0, 1, "bold"), entity(1, 2, "underline")],
    )


async def test_spaces_in_front_stay_if_an_entity_begins_there(bot: BotSide, ann: Person) -> None:
    source = " \n <b> a</b>  "
    assert await entities(bot, ann, source, parse_mode="HTML") == (" a", [entity(0, 2, "bold")])


PLACES = {
    (2, 1): "entity begins after the end of the text at UTF-16 offset 2",
    (1, 1): (
        "entity beginning at UTF-16 offset 1 ends after the end of the text at UTF-16 offset 2"
    ),
    (0, 3): (
        "entity beginning at UTF-16 offset 0 ends after the end of the text at UTF-16 offset 3"
    ),
}


@pytest.mark.parametrize(("place", "reason"), PLACES.items())
def test_an_entity_after_the_end_is_refused(place: tuple[int, int], reason: str) -> None:
    assert _reason("a", entity(*place, "bold")) == reason


def test_an_entity_in_the_middle_of_a_character_is_refused() -> None:
    where = "in a middle of a UTF-16 symbol at byte offset 6"
    assert _reason("é😀é", entity(2, 2, "bold")) == f"entity begins {where}"
    assert (
        _reason("é😀é", entity(0, 2, "code"), entity(3, 9, "pre"))
        == f"entity beginning at UTF-16 offset 0 ends {where}"
    )


def _reason(text: str, *given: Json) -> str:
    with pytest.raises(BadRequestError) as refused:
        finish_text(text, list(given))
    return refused.value.description.removeprefix("Bad Request: ")
