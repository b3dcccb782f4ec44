"""Mentions, commands, tags and numbers that Telegram finds in a text (MessageEntity.cpp)."""

import pytest

from playground_support.bot_side import BotSide
from playground_support.entities import entities, marked
from telegram_playground import Person
from telegram_playground.formatting import format_text

LONGEST = "a" * 32
LONG_TAG = "#" + "1" * 255 + "я"

MENTIONS = {
    "@ann_tea": ["@ann_tea"],
    "(@ann_tea)": ["@ann_tea"],
    "@anna @ann @Gif @pic": ["@anna", "@Gif", "@pic"],
    f"@{LONGEST} @{LONGEST}b": [f"@{LONGEST}"],
    "tea@ann_tea чай@ann_tea 1@ann_tea _@ann_tea": [],
    "@ann_tea@boris": ["@ann_tea"],
    "@annя @ann½": [],
    "𝐀@ann_tea": [],
    "😀@ann_tea": ["@ann_tea"],
}

COMMANDS = {
    "/start": ["/start"],
    "/start@tea_bot now": ["/start@tea_bot"],
    "/start@ab": [],
    "/start@ /stop@": [],
    "/start@te_a-bot": ["/start@te_a"],
    "/" + "a" * 65: [],
    "a/b //c </d> /e/ >/f": [],
    "😀 /a1_b, /b": ["/a1_b", "/b"],
    "/чай": [],
}

HASHTAGS = {
    "#tea": ["#tea"],
    "#чай2": ["#чай2"],
    "#2": [],
    "#2tea": ["#2tea"],
    "#te·a": ["#te·a"],
    "#te½a": ["#te"],
    "#a#b #c": ["#c"],
    "a#tea ·#tea": [],
    LONG_TAG: [LONG_TAG],
    LONG_TAG + "b": [LONG_TAG],
    "#tea@tea_channel": ["#tea@tea_channel"],
    "#tea@te": ["#tea"],
    f"#tea@{LONGEST}b": [f"#tea@{LONGEST}"],
    "#2@tea_channel": [],
}

CASHTAGS = {
    "$TEA": ["$TEA"],
    "$T $TEATEATE": ["$T", "$TEATEATE"],
    "$TEATEATEA $Tea $tea $TE1": [],
    "$1INCH $2INCH": ["$1INCH"],
    "$$TEA $TEA$": [],
    "1$TEA я$TEA $TEAя": [],
    "$TEA½ ½$TEA": ["$TEA", "$TEA"],
    "$TEA@tea_channel": ["$TEA@tea_channel"],
    f"$TEA@te $TEA@{LONGEST}b": ["$TEA", "$TEA"],
}

PHONES = {
    "+12125550123": ["+12125550123"],
    "(+1 (212) 555-0123)": ["+1 (212) 555-0123"],
    "+7 999 123-45-67.": ["+7 999 123-45-67"],
    "+123456 12125550123 a+12125550123": [],
    "+1234567890123456": [],
}


@pytest.mark.parametrize(
    ("type_", "text", "expected"),
    [
        (type_, text, expected)
        for type_, cases in {
            "mention": MENTIONS,
            "bot_command": COMMANDS,
            "hashtag": HASHTAGS,
            "cashtag": CASHTAGS,
            "phone_number": PHONES,
        }.items()
        for text, expected in cases.items()
    ],
)
def test_it_is_found(type_: str, text: str, expected: list[str]) -> None:
    found = marked(*format_text(text, None, None))
    assert [part for kind, part in found if kind == type_] == expected


CARDS = {
    "4111111111111111": True,
    "4111 1111 1111 1111": True,
    "4111-1111-1111-1111;": True,
    "5280 9342 8317 1080": True,
    "345936346788903": True,
    "4111111111111112": False,
    "411111111111111": False,
    "+4111111111111111": False,
    "a4111111111111111": False,
    "4111111111111111a": False,
    "4111111111111111_": False,
    "-4111111111111111": False,
}


@pytest.mark.parametrize(("number", "is_card"), CARDS.items())
def test_a_bank_card_is_not_shown_but_splits_a_style(number: str, *, is_card: bool) -> None:
    text, found = format_text(f"<b>card {number} thanks</b>", "HTML", None)
    assert {kind for kind, _ in marked(text, found)} == {"bold"}
    assert len(found) == (3 if is_card else 1)


OVERLAPS = {
    "@ann_tea.com": [("mention", "@ann_tea")],
    "#tea.com": [("hashtag", "#tea")],
    "t.me/#tea": [("url", "t.me/#tea")],
    "https://t.me/tea_bot?start=/go": [("url", "https://t.me/tea_bot?start=/go")],
    "ann@tea.com": [("email", "ann@tea.com")],
    "/start #tea $TEA @ann_tea": [
        ("bot_command", "/start"),
        ("hashtag", "#tea"),
        ("cashtag", "$TEA"),
        ("mention", "@ann_tea"),
    ],
}


@pytest.mark.parametrize(("text", "expected"), OVERLAPS.items())
def test_the_first_of_two_that_overlap_is_kept(text: str, expected: list[tuple[str, str]]) -> None:
    assert marked(*format_text(text, None, None)) == expected


async def test_it_is_found_in_messages_of_the_bot_and_of_persons(bot: BotSide, ann: Person) -> None:
    text = "😀 /start@tea_bot: @boris, #чай, $TEA, ann@tea.example, t.me/tea_bot, +1 212 555 0123"
    expected = [
        "bot_command",
        "mention",
        "hashtag",
        "cashtag",
        "email",
        "url",
        "phone_number",
    ]
    _, sent = await entities(bot, ann, text)
    message = await ann.send(text)
    received = [item.json for item in message.entities or []]
    assert [item["type"] for item in sent] == expected
    assert received == sent
