"""MarkdownV2 and the older Markdown in texts (`parse_markdown_v2`, `parse_markdown` in tdlib)."""

import pytest

from playground_support.bot_side import BotSide, Json
from playground_support.entities import entities, entity
from telegram_playground import Person
from telegram_playground.formatting import format_text

LINK = "http://tea.com/"
EMOJI = "5368324170671202286"

Case = tuple[str, str, list[Json]]

MARKS: list[Case] = [
    (
        "*a* _b_ __c__",
        "a b c",
        [entity(0, 1, "bold"), entity(2, 1, "italic"), entity(4, 1, "underline")],
    ),
    (
        "~a~ ||b|| `c`",
        "a b c",
        [entity(0, 1, "strikethrough"), entity(2, 1, "spoiler"), entity(4, 1, "code")],
    ),
    ("*_a_*", "a", [entity(0, 1, "bold"), entity(0, 1, "italic")]),
    ("___a_ b__", "a b", [entity(0, 3, "underline"), entity(0, 1, "italic")]),
    ("****a____``", "a", []),
    ("😀*é*", "😀é", [entity(2, 1, "bold")]),
    (r"1\.5 \*\\ \`", r"1.5 *\ `", []),
    ("a\\é \\", "a\\é \\", []),
]

CODE: list[Case] = [
    ("`a.b\\`` c", "a.b` c", [entity(0, 4, "code")]),
    ("`*a*`", "*a*", [entity(0, 3, "code")]),
    ("```c\n1.5\n```", "1.5", [entity(0, 3, "pre", language="c")]),
    ("```c 1```", " 1", [entity(0, 2, "pre", language="c")]),
    ("```c```", "c", [entity(0, 1, "pre")]),
    ("```\na_b\\` ```c", "a_b` c", [entity(0, 5, "pre")]),
    ("a ```\r\nb``` ```\n\rc```", "a b c", [entity(2, 1, "pre"), entity(4, 1, "pre")]),
]

LINKS: list[Case] = [
    (r"[a](tea.com/x_\(y\))", "a", [entity(0, 1, "text_link", url=f"{LINK}x_(y)")]),
    (r"[tea\.com]", "tea.com", [entity(0, 7, "text_link", url=LINK)]),
    ("[*a* b](tea.com)", "a b", [entity(0, 3, "text_link", url=LINK), entity(0, 1, "bold")]),
    (r"[a](nonsense)", "a", []),
    (r"[a]()", "a", []),
    (r"[](tea.com)b", "b", []),
    (
        f"![👍](tg://emoji?id={EMOJI})",
        "👍",
        [entity(0, 2, "custom_emoji", custom_emoji_id=EMOJI)],
    ),
    (
        "![👍](TG:Emoji/?a=b&id=5#id=6)",
        "👍",
        [entity(0, 2, "custom_emoji", custom_emoji_id="5")],
    ),
    (
        "![a](tg://time?unix=5&format=wDT)",
        "a",
        [entity(0, 1, "date_time", unix_time=5, date_time_format="wDT")],
    ),
    (
        "![a](tg://time?unix=5)",
        "a",
        [entity(0, 1, "date_time", unix_time=5, date_time_format="")],
    ),
]

FOLDED = "expandable_blockquote"

QUOTATIONS: list[Case] = [
    (">a\n>b\nc", "a\nb\nc", [entity(0, 4, "blockquote")]),
    (">a", "a", [entity(0, 1, "blockquote")]),
    ("a\n\r>b", "a\nb", [entity(2, 1, "blockquote")]),
    (">a\n\n>b", "a\n\nb", [entity(0, 2, "blockquote"), entity(3, 1, "blockquote")]),
    (">>a", "a", [entity(0, 1, "blockquote")]),
    (">a||", "a", [entity(0, 1, FOLDED)]),
    (">a||\nb", "a\nb", [entity(0, 2, FOLDED)]),
    (">a||\r\nb", "a\nb", [entity(0, 2, FOLDED)]),
    (">a ||b||\nc", "a b\nc", [entity(0, 4, "blockquote"), entity(2, 1, "spoiler")]),
    (">a ||b||||\nc", "a b\nc", [entity(0, 4, FOLDED), entity(2, 1, "spoiler")]),
    (
        ">a\n**>b\n>c||",
        "a\nb\nc",
        [entity(0, 2, "blockquote"), entity(2, 3, FOLDED)],
    ),
    (">`a\nb`\n>c", "a\nb\nc", [entity(0, 5, "blockquote"), entity(0, 3, "code")]),
    (
        "*a\n>b\nc*",
        "a\nb\nc",
        [
            entity(0, 2, "bold"),
            entity(2, 2, "blockquote"),
            entity(2, 2, "bold"),
            entity(4, 1, "bold"),
        ],
    ),
    (r"\>a", ">a", []),
]


@pytest.mark.parametrize(("source", "text", "expected"), MARKS + CODE + LINKS + QUOTATIONS)
def test_markdown_v2_becomes_entities(source: str, text: str, expected: list[Json]) -> None:
    assert format_text(source, "MarkdownV2", None) == (text, expected)


RESERVED = "Character '{}' is reserved and must be escaped with the preceding '\\'"
NO_END = "Can't find end of {} entity at byte offset {}"

WRONG = {
    "1.5": RESERVED.format("."),
    "a > b": RESERVED.format(">"),
    "a]": RESERVED.format("]"),
    "a|b": RESERVED.format("|"),
    "a!": RESERVED.format("!"),
    "**\n*a*>b": RESERVED.format(">"),
    "é *a": NO_END.format("Bold", 3),
    "*_a*": NO_END.format("Bold", 3),
    "__a_": NO_END.format("Italic", 3),
    "||a": NO_END.format("Spoiler", 0),
    "```a": NO_END.format("Pre", 0),
    "```a b": NO_END.format("PreCode", 0),
    "`a": NO_END.format("Code", 0),
    "[a": NO_END.format("TextUrl", 0),
    "![a": NO_END.format("CustomEmoji", 0),
    ">*a\nb": NO_END.format("Bold", 1),
    ">a||b\nc": NO_END.format("Spoiler", 2),
    ">*a||\nb": NO_END.format("Bold", 1),
    "*>a": NO_END.format("Bold", 0),
    "[a](b": "Can't find end of a URL at byte offset 4",
    "[a](b\\)": "Can't find end of a URL at byte offset 4",
    "![a]": "The entity must contain a tg://emoji or tg://time URL",
    **dict.fromkeys(
        (
            "![a](tea.com)",
            "![a](tg://[)",
            "![a](tg://emoji?id=05)",
            "![a](tg://emoji?id=0)",
            "![a](tg://emojis?id=5)",
            "![a](tg://emoji?id=9223372036854775808)",
            "![a](tg://time?unix=0)",
            "![a](tg://time?format=t)",
            "![a](tg://time?unix=5&format=rt)",
            f"![a](tg://time?unix={'9' * 5000})",
        ),
        "Invalid tg://emoji or tg://time URL specified",
    ),
}


@pytest.mark.parametrize(("source", "reason"), WRONG.items())
async def test_wrong_markdown_v2_is_refused(
    bot: BotSide, ann: Person, source: str, reason: str
) -> None:
    message = {"chat_id": ann.id, "text": source, "parse_mode": "MarkdownV2"}
    refused = await bot.refused("sendMessage", **message)
    assert refused == f"Bad Request: can't parse entities: {reason}"


OLD: list[Case] = [
    ("*a* _b_ `c`", "a b c", [entity(0, 1, "bold"), entity(2, 1, "italic"), entity(4, 1, "code")]),
    ("*_a_*", "_a_", [entity(0, 3, "bold")]),
    (r"\_ \* \` \[ \a 1.5", r"_ * ` [ \a 1.5", []),
    (r"*a\*", "a\\", [entity(0, 2, "bold")]),
    ("[a](tea.com)", "a", [entity(0, 1, "text_link", url=LINK)]),
    ("[a](nonsense) [b]()", "a b", []),
    ("[](tea.com)", "(tea.com)", [entity(1, 7, "url")]),
    ("[a](tea.com", "a", [entity(0, 1, "text_link", url=LINK)]),
    ("```c\ni = 1```", "i = 1", [entity(0, 5, "pre", language="c")]),
    ("``` i```", " i", [entity(0, 2, "pre")]),
    ("a``", "a", []),
]


@pytest.mark.parametrize(("source", "text", "expected"), OLD)
def test_the_older_markdown_becomes_entities(source: str, text: str, expected: list[Json]) -> None:
    assert format_text(source, "Markdown", None) == (text, expected)


async def test_the_older_markdown_needs_the_end_of_a_mark(bot: BotSide, ann: Person) -> None:
    message = {"chat_id": ann.id, "text": "é *a", "parse_mode": "markdown"}
    assert await bot.refused("sendMessage", **message) == (
        "Bad Request: can't parse entities: Can't find end of the entity starting at byte offset 3"
    )


async def test_parse_modes_are_written_in_any_case(bot: BotSide, ann: Person) -> None:
    assert await entities(bot, ann, "*a*", parse_mode="mARKDOWNv2") == ("a", [entity(0, 1, "bold")])
    assert await entities(bot, ann, "*a*", parse_mode="None") == ("*a*", [])
    refused = await bot.refused("sendMessage", chat_id=ann.id, text="a", parse_mode="rtf")
    assert refused == "Bad Request: unsupported parse_mode"
