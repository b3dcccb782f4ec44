"""Random texts, markup and entities: what comes out is always a text that Telegram could show."""

import os
import random
import secrets
from collections.abc import Iterator

import pytest

from playground_support.bot_side import Json
from playground_support.entities import entity
from telegram_playground.errors import BadRequestError
from telegram_playground.formatting import finish_text, format_text

TEXTS = 2_000
FOUND = {"mention", "bot_command", "hashtag", "cashtag", "url", "email", "phone_number"}

CHARACTERS = "aB1éя😀𝐀½ං·.,:;/#$@-+_!()[]{}<>'\"=&?~`|* \n\r\t\0\u200c\u200e\u202e\u0333\xa0\ufeff"
WORDS = (
    *("http://", "tg://", "mailto:", "t.me", "tea.рф", ".com", "127.0.0.1", ":80", "/start"),
    *("@ann_tea", "#чай", "$TEA", "4111 1111 1111 1111", "+12125550123"),
)
TAGS = (
    *("<b>", "</b>", "<i>", "</i>", "<u>", "</u>", "<s>", "</s>", "<code>", "</code>", "<pre>"),
    *("</pre>", '<code class="language-c">', "<blockquote>", "</blockquote>", "</>", "</", "<a>"),
    *("<blockquote expandable>", "<a href='t.me'>", "</a>", '<tg-emoji emoji-id="5">', "&lt;"),
    *("</tg-emoji>", "<tg-time unix=5>", "</tg-time>", "&#128512;", "&#55357;", "&amp", "&#"),
)
MARKS = (
    *("*", "_", "__", "~", "||", "`", "```", "```c", "[", "![", "\n>", "**>", "||\n", "\\", "\\."),
    *("](t.me)", "](tg://emoji?id=5)", "](tg://time?unix=5)", "\r\n", "(", ")"),
)
MARKUP = {"none": WORDS, "html": TAGS, "markdownv2": MARKS, "markdown": MARKS}

GIVEN: list[Json] = [
    *({"type": type_} for type_ in ("bold", "italic", "underline", "spoiler", "code", "pre")),
    *({"type": type_} for type_ in ("blockquote", "expandable_blockquote")),
    {"type": "text_link", "url": "http://t.me/"},
    {"type": "custom_emoji", "custom_emoji_id": "5"},
    {"type": "date_time", "unix_time": 5, "date_time_format": "r"},
]


@pytest.fixture
def dice() -> random.Random:
    """Give a random generator, seeded by TALLY_SEED or else anew; pytest shows a failure's seed."""
    seed = os.environ.get("TALLY_SEED") or secrets.token_hex(4)
    print(f"TALLY_SEED={seed}")  # noqa: T201 - repeats a failure
    return random.Random(seed)  # noqa: S311 - not for secrets


@pytest.mark.parametrize("mode", MARKUP)
def test_markup_is_read_or_refused(dice: random.Random, mode: str) -> None:
    for source in _texts(dice, [*CHARACTERS, *WORDS, *MARKUP[mode] * 3]):
        try:
            text, found = format_text(source, mode, None)
        except BadRequestError as error:
            assert error.status == 400  # noqa: PT017 - most random markup is wrong
        else:
            _check(text, found)


def test_given_entities_nest_or_are_refused(dice: random.Random) -> None:
    for source in _texts(dice, [*CHARACTERS, *WORDS]):
        given = [_given(dice, len(source)) for _ in range(dice.randrange(12))]
        try:
            text, found = finish_text(source, given)
        except BadRequestError as error:
            assert error.status == 400  # noqa: PT017 - many random places are wrong
        else:
            _check(text, found)


def _texts(dice: random.Random, pieces: list[str]) -> Iterator[str]:
    for _ in range(TEXTS):
        yield "".join(dice.choices(pieces, k=dice.randrange(1, 30)))


def _given(dice: random.Random, size: int) -> Json:
    fields = dict(dice.choice(GIVEN))
    offset = dice.randrange(size + 1)
    return entity(offset, dice.randint(1, max(1, size - offset)), fields.pop("type"), **fields)


def _check(text: str, found: list[Json]) -> None:
    """Check that a text is clean, that its entities nest, and that they stay if sent again."""
    assert text == text.rstrip(" \n")
    assert not set(text) & set("\r\t\0\u202e\u0333")
    places = [(item["offset"], item["offset"] + item["length"]) for item in found]
    assert all(0 <= begin < end <= len(text.encode("utf-16-le")) // 2 for begin, end in places)
    assert places == sorted(places, key=lambda place: (place[0], -place[1]))
    around: list[tuple[int, int]] = []
    for begin, end in places:
        while around and around[-1][1] <= begin:
            around.pop()
        assert not around or end <= around[-1][1]
        around.append((begin, end))
    given = [item for item in found if item["type"] not in FOUND]
    assert finish_text(text, given) == (text, found)
