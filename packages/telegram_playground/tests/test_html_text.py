"""HTML in texts (Bot API, HTML style; `parse_html` in tdlib)."""

import pytest

from playground_support.bot_side import BotSide, Json
from playground_support.entities import entities, entity
from telegram_playground import Person
from telegram_playground.formatting import format_text

LINK = "http://tea.com/"

TAGS: list[tuple[str, str, list[Json]]] = [
    ("<b>a</b> <strong>b</strong>", "a b", [entity(0, 1, "bold"), entity(2, 1, "bold")]),
    ("<i>a</i> <em>b</em>", "a b", [entity(0, 1, "italic"), entity(2, 1, "italic")]),
    ("<u>a</u> <ins>b</ins>", "a b", [entity(0, 1, "underline"), entity(2, 1, "underline")]),
    ("<s>a</s>", "a", [entity(0, 1, "strikethrough")]),
    ("<strike>a</strike>", "a", [entity(0, 1, "strikethrough")]),
    ("<del>a</del>", "a", [entity(0, 1, "strikethrough")]),
    ("<tg-spoiler>a</tg-spoiler>", "a", [entity(0, 1, "spoiler")]),
    ('<span class="tg-spoiler">a</span>', "a", [entity(0, 1, "spoiler")]),
    ("<code>a</code>", "a", [entity(0, 1, "code")]),
    ("<pre>a</pre>", "a", [entity(0, 1, "pre")]),
    ("<blockquote>a</blockquote>", "a", [entity(0, 1, "blockquote")]),
    ("<blockquote expandable>a</blockquote>", "a", [entity(0, 1, "expandable_blockquote")]),
    ("<blockquote expandable=no>a</blockquote>", "a", [entity(0, 1, "expandable_blockquote")]),
    ("<B>a</b >", "a", [entity(0, 1, "bold")]),
    ("<b>a</><i>b</ >", "ab", [entity(0, 1, "bold"), entity(1, 1, "italic")]),
    ("<b></b>a", "a", []),
    ("😀<b>é😀</b>", "😀é😀", [entity(2, 3, "bold")]),
    ('<b cup="<&quot;>"  spoon = silver  plate>a</b>', "a", [entity(0, 1, "bold")]),
]

LINKS = [
    ('<a href="tea.com">a</a>', "a", [entity(0, 1, "text_link", url=LINK)]),
    ("<a href = 'tea.com'>a</a>", "a", [entity(0, 1, "text_link", url=LINK)]),
    ("<a href=TEA.com>a</a>", "a", [entity(0, 1, "text_link", url=LINK)]),
    ("<a>tea.com</a>", "tea.com", [entity(0, 7, "text_link", url=LINK)]),
    ('<a href="tea.com?&lt;a&gt;">a</a>', "a", [entity(0, 1, "text_link", url=f"{LINK}?<a>")]),
    (
        '<a href="https://ann@Tea.com:0443/?a=1&amp;b=2#c d">a</a>',
        "a",
        [entity(0, 1, "text_link", url="https://ann@tea.com:443/?a=1&b=2#c%20d")],
    ),
    ('<a href="tg:resolve?a">a</a>', "a", [entity(0, 1, "text_link", url="tg://resolve?a")]),
    ('<a href="tonsite://a.b">a</a>', "a", [entity(0, 1, "text_link", url="tonsite://a.b/")]),
    ('<a href="http://[::1]">a</a>', "a", [entity(0, 1, "text_link", url="http://[::1]/")]),
    ('<a href="http://[::1%1]">a</a>', "a", []),
    ('<a href="http://[1]">a</a>', "a", []),
    ('<a href="nonsense">a</a>', "a", []),
    (
        '<a href="mailto:ann@tea.com">a</a>',
        "a",
        [entity(0, 1, "text_link", url="http://mailto:ann@tea.com/")],
    ),
    ('<a href="http://tea.com:99999">a</a>', "a", []),
    ('<a href="http://t a.com">a</a>', "a", []),
    ('<a href="tg://user?id=5">nobody</a>', "nobody", []),
]

CODE = [
    ('<code class="language-c">a</code>', "a", [entity(0, 1, "code")]),
    ("<pre><code>a</code></pre>", "a", [entity(0, 1, "pre")]),
    ('<pre><code class="c">a</code></pre>', "a", [entity(0, 1, "pre")]),
    (
        '<pre><code class="language-c">a</code></pre>',
        "a",
        [entity(0, 1, "pre", language="c")],
    ),
    (
        '<code class="language-c"><pre>a</pre></code>',
        "a",
        [entity(0, 1, "pre", language="c")],
    ),
    ('<pre><code class="language-c">a</code>b</pre>', "ab", [entity(0, 2, "pre")]),
    ("<code><b>a</b></code>", "a", [entity(0, 1, "code")]),
]

EMOJI = "5368324170671202286"

SPECIAL = [
    (
        f'<tg-emoji emoji-id="{EMOJI}">👍</tg-emoji>',
        "👍",
        [entity(0, 2, "custom_emoji", custom_emoji_id=EMOJI)],
    ),
    *(
        (
            f'<tg-time unix="1647531900" format="{given}">a</tg-time>',
            "a",
            [entity(0, 1, "date_time", unix_time=1_647_531_900, date_time_format=shown)],
        )
        for given, shown in {
            "": "",
            "t": "t",
            "Tt": "t",
            "wDT": "wDT",
            "tDW": "wDt",
            "dDw": "wd",
            "r": "r",
            "R": "r",
        }.items()
    ),
    ('<tg-time unix="0">a</tg-time>', "a", []),
    (f'<tg-time unix="{"9" * 5000}">a</tg-time>', "a", []),
]


@pytest.mark.parametrize(("source", "text", "expected"), TAGS + LINKS + CODE + SPECIAL)
def test_html_becomes_entities(source: str, text: str, expected: list[Json]) -> None:
    given = format_text(source, "html", None, resolve=_without_persons)
    assert given == (text, expected)


def _without_persons(given: Json) -> Json | None:
    return None if given["type"] == "text_mention" else given


REFERENCES = {
    "&lt;b&gt; &amp &quot; &#33;&#x2f": '<b> & " !/',
    "&nbsp; &LT; & a&b &; &#; &#x; &#0;": "&nbsp; &LT; & a&b &; &#; &#x; &#0;",
    "&#1114111; &#x10ffff; &#00000041; &#128512;": "&#1114111; &#x10ffff; &#00000041; 😀",
    "&#9;a&#13;b&#10;c": "ab\nc",
}


@pytest.mark.parametrize(("source", "text"), REFERENCES.items())
def test_some_character_references_are_replaced(source: str, text: str) -> None:
    assert format_text(source, "HTML", None)[0] == text


WRONG = {
    "<p>a</p>": 'Unsupported start tag "p" at byte offset 0',
    "é<br>": 'Unsupported start tag "br" at byte offset 2',
    "<b/>": 'Unsupported start tag "b/" at byte offset 0',
    "a < b": 'Unsupported start tag "" at byte offset 2',
    "<b>a": 'Can\'t find end tag corresponding to start tag "b"',
    "a</b>": "Unexpected end tag at byte offset 1",
    "<b>a</i>": 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"',
    "<span>a</span>": 'Tag "span" must have class "tg-spoiler" at byte offset 0',
    "<b": "Unclosed start tag at byte offset 0",
    "a <": "Unclosed start tag at byte offset 2",
    "<b>a</b": "Unclosed end tag at byte offset 4",
    "<b>a</b c>": "Unclosed end tag at byte offset 4",
    "<b />": 'Empty attribute name in the tag "b" at byte offset 0',
    "<b =a>": 'Empty attribute name in the tag "b" at byte offset 0',
    "<b a": 'Unclosed start tag "b" at byte offset 0',
    "<b a=": 'Unclosed start tag "b" at byte offset 0',
    '<b a="c>': "Unclosed start tag at byte offset 0",
    "<b a=c,d>": "Unexpected end of name token at byte offset 5",
    '<tg-emoji emoji-id="05">a</tg-emoji>': "Invalid custom emoji identifier specified",
    "<tg-emoji>a</tg-emoji>": "Invalid custom emoji identifier specified",
    '<tg-time unix="5" format="rt">a</tg-time>': "Invalid date format used",
    "a&#xd83d;": (
        "Text contains invalid Unicode characters after decoding HTML entities, check for"
        " unmatched surrogate code units"
    ),
}


@pytest.mark.parametrize(("source", "reason"), WRONG.items())
async def test_wrong_html_is_refused(bot: BotSide, ann: Person, source: str, reason: str) -> None:
    refused = await bot.refused("sendMessage", chat_id=ann.id, text=source, parse_mode="HTML")
    assert refused == f"Bad Request: can't parse entities: {reason}"


async def test_a_link_with_half_of_a_surrogate_pair_is_refused(bot: BotSide, ann: Person) -> None:
    source = '<a href="tea.com/&#xd83d;">a</a>'
    refused = await bot.refused("sendMessage", chat_id=ann.id, text=source, parse_mode="HTML")
    assert refused == "Bad Request: messageEntityTextUrl.url must be encoded in UTF-8"


async def test_a_link_to_a_person_is_a_mention(bot: BotSide, ann: Person) -> None:
    link = f'<a href="TG://User/?id={ann.id}#a">you</a>'
    _, (mention,) = await entities(bot, ann, link, parse_mode="HTML")
    assert (mention["type"], mention["user"]["first_name"]) == ("text_mention", "Ann")
