"""Finds what Telegram marks by itself in a text: mentions, commands, links, numbers."""

from collections.abc import Callable, Iterator

from telegram_playground.formatting.links_in_text import find_own_links, find_web_links
from telegram_playground.formatting.nesting import first_of_overlapping
from telegram_playground.formatting.numbers import find_bank_cards, find_phone_numbers
from telegram_playground.formatting.tags import (
    Span,
    find_bot_commands,
    find_cashtags,
    find_hashtags,
    find_mentions,
)
from telegram_playground.formatting.utf16 import Offsets
from telegram_playground.state import Json

FINDERS: tuple[tuple[str, str, Callable[[str], Iterator[Span]]], ...] = (
    ("mention", "@", find_mentions),
    ("bot_command", "/", find_bot_commands),
    ("hashtag", "#", find_hashtags),
    ("cashtag", "$", find_cashtags),
    ("phone_number", "+", find_phone_numbers),
    ("url", "://", find_own_links),
)
"""The types of entities, what each of them contains, and what finds them."""


def find_entities(text: str) -> list[Json]:
    """Find entities in a text, by the rules of `find_entities` in tdlib's `MessageEntity.cpp`.

    Returns:
        Entities that don't overlap, in order. Timestamps of media, which only people's clients
        mark, are not among them.
    """
    found = [(type_, span) for type_, sign, find in FINDERS if sign in text for span in find(text)]
    found += [("bank_card_number", span) for span in find_bank_cards(text)]
    if "." in text:
        found += find_web_links(text)
    if not found:
        return []
    offsets = Offsets(text)
    entities = []
    for type_, (begin, end) in found:
        offset = offsets.offset(begin)
        length = offsets.offset(end) - offset
        entities.append({"offset": offset, "length": length, "type": type_})
    return first_of_overlapping(entities)
