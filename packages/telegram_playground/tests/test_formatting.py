"""Markup of texts, and given entities (Bot API: Formatting options; tdlib)."""

import pytest

from playground_support.bot_side import BotSide, Json
from playground_support.entities import entities, entity
from telegram_playground import Person

HTML = [
    ("<b>a</b><strong>b</strong>", "ab", [entity(0, 1, "bold"), entity(1, 1, "bold")]),
    ("<i>a</i> <em>b</em>", "a b", [entity(0, 1, "italic"), entity(2, 1, "italic")]),
    ("<u>a</u> <ins>b</ins>", "a b", [entity(0, 1, "underline"), entity(2, 1, "underline")]),
    ("<s>a</s>", "a", [entity(0, 1, "strikethrough")]),
    ("<strike>a</strike>", "a", [entity(0, 1, "strikethrough")]),
    ("<del>a</del>", "a", [entity(0, 1, "strikethrough")]),
    ("<tg-spoiler>a</tg-spoiler>", "a", [entity(0, 1, "spoiler")]),
    ('<span class="tg-spoiler">a</span>', "a", [entity(0, 1, "spoiler")]),
    ("<code>a</code>", "a", [entity(0, 1, "code")]),
    ('<code class="language-c">a</code>', "a", [entity(0, 1, "code")]),
    ("<pre>a</pre>", "a", [entity(0, 1, "pre")]),
    ("<pre><code>a</code></pre>", "a", [entity(0, 1, "pre")]),
    (
        '<pre><code class="language-c">a</code></pre>',
        "a",
        [entity(0, 1, "pre", language="c")],
    ),
    ("<blockquote>a</blockquote>", "a", [entity(0, 1, "blockquote")]),
    ("<blockquote expandable>a</blockquote>", "a", [entity(0, 1, "expandable_blockquote")]),
    (
        '<a href="https://tea.example/?a=1&amp;b=2">a</a>',
        "a",
        [entity(0, 1, "text_link", url="https://tea.example/?a=1&b=2")],
    ),
    ('<a href="tea.example">a</a>', "a", [entity(0, 1, "text_link", url="http://tea.example/")]),
    ('<a href="nonsense">a</a>', "a", []),
    ('<a href="tg://user?id=5">a</a>', "a", []),
    (
        '<tg-emoji emoji-id="5">👍</tg-emoji>',
        "👍",
        [entity(0, 2, "custom_emoji", custom_emoji_id="5")],
    ),
    (
        '<tg-time unix="5" format="t">a</tg-time>',
        "a",
        [entity(0, 1, "date_time", unix_time=5, date_time_format="t")],
    ),
    ("<b>a<i>b</i></b>", "ab", [entity(0, 2, "bold"), entity(1, 1, "italic")]),
    ("<B>a</b >", "a", [entity(0, 1, "bold")]),
    ("<b></b>a", "a", []),
    (f'<tg-time unix="{"9" * 5000}">a</tg-time>', "a", []),
    ("&lt;b&gt; &amp; &quot; &#33;&#x21; &nbsp; & a&b", '<b> & " !! &nbsp; & a&b', []),
    ("😀<b>é😀</b>", "😀é😀", [entity(2, 3, "bold")]),
]


@pytest.mark.parametrize(("source", "text", "expected"), HTML)
async def test_html_becomes_entities(
    bot: BotSide, ann: Person, source: str, text: str, expected: list[Json]
) -> None:
    assert await entities(bot, ann, source, parse_mode="html") == (text, expected)


MARKDOWN_V2 = [
    (r"*a* _b_ __c__", "a b c", ["bold", "italic", "underline"]),
    (r"~a~ ||b|| `c`", "a b c", ["strikethrough", "spoiler", "code"]),
    (r"*a _b_*", "a b", ["bold", "italic"]),
    (r"_a __b__ c_", "a b c", ["italic", "underline"]),
    (r"1\.5 \*\\ \`", r"1.5 *\ `", []),
    ("```c\n1.5\n```", "1.5", [{"type": "pre", "language": "c"}]),
    ("```\na_b\\` ```", "a_b`", ["pre"]),
    (r"`a.b` c", "a.b c", ["code"]),
    (
        r"[a](https://tea.example/x_\(y\))",
        "a",
        [{"type": "text_link", "url": "https://tea.example/x_(y)"}],
    ),
    (r"[tea\.example]", "tea.example", [{"type": "text_link", "url": "http://tea.example/"}]),
    (r"[a](nonsense)", "a", []),
    (r"![👍](tg://emoji?id=5)", "👍", [{"type": "custom_emoji", "custom_emoji_id": "5"}]),
    (
        r"![a](tg://time?unix=5&format=t)",
        "a",
        [{"type": "date_time", "unix_time": 5, "date_time_format": "t"}],
    ),
    (">a\n>b\nc", "a\nb\nc", [{"type": "blockquote", "length": 4}]),
    (">a", "a", ["blockquote"]),
    (">a||", "a", ["expandable_blockquote"]),
    (">a||\nb", "a\nb", [{"type": "expandable_blockquote", "length": 2}]),
    (">a ||b||\nc", "a b\nc", ["blockquote", "spoiler"]),
    ("😀*é*", "😀é", [{"type": "bold", "offset": 2, "length": 1}]),
]


@pytest.mark.parametrize(("source", "text", "expected"), MARKDOWN_V2)
async def test_markdown_v2_becomes_entities(
    bot: BotSide, ann: Person, source: str, text: str, expected: list[str | Json]
) -> None:
    shown, found = await entities(bot, ann, source, parse_mode="MarkdownV2")
    assert shown == text
    wanted = [{"type": item} if isinstance(item, str) else item for item in expected]
    assert len(found) == len(wanted)
    assert all(item.items() <= entity.items() for item, entity in zip(wanted, found, strict=True))


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("1.5", "Character '.' is reserved and must be escaped with the preceding '\\'"),
        ("a > b", "Character '>' is reserved and must be escaped with the preceding '\\'"),
        ("a]", "Character ']' is reserved and must be escaped with the preceding '\\'"),
        ("é *a", "Can't find end of Bold entity at byte offset 3"),
        (">*a\nb", "Can't find end of Bold entity at byte offset 1"),
        ("[a", "Can't find end of TextUrl entity at byte offset 0"),
        ("[a](b", "Can't find end of a URL at byte offset 4"),
        ("![a]", "The entity must contain a tg://emoji or tg://time URL"),
        ("![a](tea)", "Invalid tg://emoji or tg://time URL specified"),
        ("![a](tg://[)", "Invalid tg://emoji or tg://time URL specified"),
        (f"![a](tg://time?unix={'9' * 5000})", "Invalid tg://emoji or tg://time URL specified"),
    ],
)
async def test_wrong_markdown_v2_is_refused(
    bot: BotSide, ann: Person, source: str, reason: str
) -> None:
    message = {"chat_id": ann.id, "text": source, "parse_mode": "MarkdownV2"}
    refused = await bot.refused("sendMessage", **message)
    assert refused == f"Bad Request: can't parse entities: {reason}"


async def test_the_old_markdown_is_still_read(bot: BotSide, ann: Person) -> None:
    source = r"*a* _b_ `c` [d](https://tea.example/) 1.5 \_ [e](x) ```c" + "\ni = 1```"
    text, found = await entities(bot, ann, source, parse_mode="Markdown")
    assert text == "a b c d 1.5 _ e i = 1"
    assert [item["type"] for item in found] == ["bold", "italic", "code", "text_link", "pre"]
    assert found[-1]["language"] == "c"
    message = {"chat_id": ann.id, "text": "é *a", "parse_mode": "markdown"}
    assert await bot.refused("sendMessage", **message) == (
        "Bad Request: can't parse entities: Can't find end of the entity starting at byte offset 3"
    )


async def test_a_link_to_a_person_is_a_mention(bot: BotSide, ann: Person) -> None:
    link = f'<a href="tg://user?id={ann.id}">you</a>'
    _, (mention,) = await entities(bot, ann, link, parse_mode="HTML")
    assert (mention["type"], mention["user"]["first_name"]) == ("text_mention", "Ann")


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("<p>a</p>", 'Unsupported start tag "p" at byte offset 0'),
        ("é<br>", 'Unsupported start tag "br" at byte offset 2'),
        ("<b>a", 'Can\'t find end tag corresponding to start tag "b"'),
        ("a</b>", "Unexpected end tag at byte offset 1"),
        ("<b>a</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("<span>a</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ("a < b", "Unclosed start tag at byte offset 2"),
        ("<b", "Unclosed start tag at byte offset 0"),
        ("<b>a</b", "Unclosed end tag at byte offset 4"),
    ],
)
async def test_wrong_html_is_refused(bot: BotSide, ann: Person, source: str, reason: str) -> None:
    refused = await bot.refused("sendMessage", chat_id=ann.id, text=source, parse_mode="HTML")
    assert refused == f"Bad Request: can't parse entities: {reason}"


async def test_an_unknown_parse_mode_is_refused(bot: BotSide, ann: Person) -> None:
    refused = await bot.refused("sendMessage", chat_id=ann.id, text="a", parse_mode="rtf")
    assert refused == "Bad Request: unsupported parse_mode"


async def test_entities_may_be_given(bot: BotSide, ann: Person) -> None:
    given = [entity(2, 1, "bold"), entity(0, 2, "text_link", url="https://tea.example/")]
    text, shown = await entities(bot, ann, "😀a", entities=given)
    assert (text, shown) == ("😀a", [given[1], given[0]])


async def test_entities_that_a_bot_can_not_set_are_refused_or_dropped(
    bot: BotSide, ann: Person
) -> None:
    assert await entities(bot, ann, "aaaaa", entities=[entity(0, 1, "bot_command")]) == (
        "aaaaa",
        [],
    )
    message = {"chat_id": ann.id, "text": "a"}
    assert (
        await bot.refused("sendMessage", **message, entities=[entity(0, 1, "shiny")])
        == "Bad Request: can't parse MessageEntity: Unsupported type specified"
    )
    assert (
        await bot.refused("sendMessage", **message, entities=[entity(2, 1, "bold")])
        == "Bad Request: entity begins after the end of the text at UTF-16 offset 2"
    )
    assert (
        await bot.refused("sendMessage", **message, entities=[entity(0, 1, "text_mention")])
        == "Bad Request: can't parse MessageEntity: Can't find field \"user\""
    )
    assert await bot.refused("sendMessage", **message, entities=[entity(0, 3, "bold")]) == (
        "Bad Request: entity beginning at UTF-16 offset 0 ends after the end of the text at UTF-16"
        " offset 3"
    )
