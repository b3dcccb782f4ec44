"""Finds mentions, commands, hashtags and cashtags, by the rules of tdlib's `MessageEntity.cpp`."""

import re
from collections.abc import Iterator

from telegram_playground.formatting.characters import HASHTAG, USERNAME, without_numerals

Span = tuple[int, int]
"""Where something begins and ends in a text."""

MENTION = re.compile(rf"@(?<!\w@)([{USERNAME}]{{2,32}})(?!\w)")
"""A pattern that begins with the sign, and then looks back, is found fast."""

SHORT_USERNAMES = frozenset({"gif", "nft", "pic", "ufc", "vid"})
"""Usernames of fewer than four characters that exist."""

MIN_USERNAME = 4

BOT_COMMAND = re.compile(
    rf"/(?<![\w/<>]/)[{USERNAME}]{{1,64}}+(?:@[{USERNAME}]{{3,32}}+|(?!@))(?![\w/<>])"
)

HASHTAG_WORD = re.compile(
    rf"""
    \#(?<! [{HASHTAG}]\# ) (?:
        (?P<cut> [{HASHTAG}]{{256}} ) [{HASHTAG}]++
      | (?P<word> [{HASHTAG}]{{1,256}}+ ) (?! [{HASHTAG}] ) (?: @[{USERNAME}]{{3,32}}+ )?+
    ) (?! \# )
    """,
    re.VERBOSE,
)
"""A hashtag of at most 256 characters, perhaps with the username of a chat."""

CASHTAG = re.compile(
    rf"""
    \$(?<! [{HASHTAG}$]\$ ) (?: 1INCH | [A-Z]{{1,8}}+ )
    (?: @[{USERNAME}]{{3,32}}+ (?! [{USERNAME}] ) )?+
    (?! [{HASHTAG}$] )
    """,
    re.VERBOSE,
)


def find_mentions(text: str) -> Iterator[Span]:
    """Find usernames such as `@ann_tea`."""
    for found in MENTION.finditer(text):
        if len(found[1]) >= MIN_USERNAME or found[1].lower() in SHORT_USERNAMES:
            yield found.span()


def find_bot_commands(text: str) -> Iterator[Span]:
    """Find commands such as `/start` and `/start@tea_bot`."""
    return (found.span() for found in BOT_COMMAND.finditer(text))


def find_hashtags(text: str) -> Iterator[Span]:
    """Find hashtags such as `#tea` and `#tea@tea_channel`; at least one character is a letter."""
    for found in HASHTAG_WORD.finditer(without_numerals(text)):
        if any(map(str.isalpha, found["word"] or found["cut"])):
            yield found.start(), found.end() if found["word"] else found.end("cut")


def find_cashtags(text: str) -> Iterator[Span]:
    """Find cashtags such as `$TEA`, of at most eight letters."""
    return (found.span() for found in CASHTAG.finditer(without_numerals(text)))
