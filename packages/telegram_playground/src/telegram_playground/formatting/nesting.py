"""Sorts, merges, splits and drops entities so that they nest, by the rules of tdlib.

Telegram knows three sorts of entities. *Styles* may overlap anything but code; where they do, they
are split. *Quotations* may contain others. *Blocks* are all others, such as links and code; they
contain styles only, and code and times contain nothing.
"""

import sys
from collections.abc import Iterable
from typing import NamedTuple

from telegram_playground.state import Json

STYLES = ("bold", "italic", "underline", "strikethrough", "spoiler")
QUOTATIONS = frozenset({"blockquote", "expandable_blockquote"})
CODE = frozenset({"code", "pre", "date_time"})
"""Entities that contain no other."""

FOUND = 50
RANKS = {
    "blockquote": 0,
    "expandable_blockquote": 0,
    "pre": 11,
    "code": 20,
    "date_time": 30,
    "text_link": 49,
    "text_mention": 49,
    "bold": 90,
    "italic": 91,
    "underline": 92,
    "strikethrough": 93,
    "spoiler": 94,
    "custom_emoji": 99,
}
"""Which of two entities in one place comes first and contains the other; `FOUND` for the rest."""

PRE_WITH_LANGUAGE = 10


def end_of(entity: Json) -> int:
    """Give the offset at which an entity ends."""
    end: int = entity["offset"] + entity["length"]
    return end


def in_order(entities: Iterable[Json]) -> list[Json]:
    """Sort entities as Telegram does: those that contain others come first."""
    return sorted(entities, key=_order)


def nest(entities: list[Json]) -> list[Json]:
    """Make entities nest: drop those that overlap others, merge and split styles.

    Args:
        entities: Entities in any order, none of them empty.

    Returns:
        Those that are left, in order.
    """
    if not entities:
        return entities
    sorts = _sort_out(in_order(entities))
    quotations = _without_overlaps(sorts.quotations)
    blocks = _within(_without_overlaps(sorts.blocks), quotations)
    return _combine(sorts.styles, quotations, blocks)


def add_found(entities: list[Json], found: list[Json]) -> list[Json]:
    """Add entities that were found in the text to those that the sender gave it.

    Args:
        entities: Entities that nest, in order.
        found: Entities that don't overlap, in order. They lose against those of the sender.
    """
    if not found:
        return entities
    sorts = _sort_out(entities)
    blocks = _merge(sorts.blocks, _within(found, sorts.quotations))
    return _combine(sorts.styles, sorts.quotations, blocks)


def join_styles(entities: list[Json]) -> list[Json]:
    """Merge styles of one kind that touch, as a client does before it sends them."""
    sorts = _sort_out(entities)
    return in_order([*sorts.quotations, *sorts.blocks, *_split(sorts.styles, [])])


def first_of_overlapping(entities: Iterable[Json]) -> list[Json]:
    """Drop each entity that overlaps one before it; the rest is in order."""
    return _without_overlaps(in_order(entities))


class _Sorts(NamedTuple):
    styles: list[Json]
    quotations: list[Json]
    blocks: list[Json]


def _order(entity: Json) -> tuple[int, int, int]:
    rank = RANKS.get(entity["type"], FOUND)
    if "language" in entity:
        rank = PRE_WITH_LANGUAGE
    return entity["offset"], -entity["length"], rank


def _sort_out(entities: list[Json]) -> _Sorts:
    sorts = _Sorts([], [], [])
    for entity in entities:
        if entity["type"] in STYLES:
            sorts.styles.append(entity)
        elif entity["type"] in QUOTATIONS:
            sorts.quotations.append(entity)
        else:
            sorts.blocks.append(entity)
    return sorts


def _without_overlaps(entities: list[Json]) -> list[Json]:
    kept, end = [], 0
    for entity in entities:
        if entity["offset"] >= end:
            end = end_of(entity)
            kept.append(entity)
    return kept


def _within(blocks: list[Json], quotations: list[Json]) -> list[Json]:
    """Drop blocks that lie in a quotation only in part."""
    if not quotations:
        return blocks
    kept, position = [], 0
    for block in blocks:
        while position < len(quotations) and end_of(quotations[position]) <= block["offset"]:
            position += 1
        begin, end = sys.maxsize, sys.maxsize
        if position < len(quotations):
            begin, end = quotations[position]["offset"], end_of(quotations[position])
        if end_of(block) <= begin or (begin <= block["offset"] and end_of(block) <= end):
            kept.append(block)
    return kept


def _merge(blocks: list[Json], found: list[Json]) -> list[Json]:
    """Merge two lists in order, without the found entities that overlap a block."""
    merged, position = [], 0
    for block in blocks:
        while position < len(found) and end_of(found[position]) <= block["offset"]:
            merged.append(found[position])
            position += 1
        merged.append(block)
        while position < len(found) and found[position]["offset"] < end_of(block):
            position += 1
    return merged + found[position:]


def _combine(styles: list[Json], quotations: list[Json], blocks: list[Json]) -> list[Json]:
    others = in_order(quotations + blocks) if quotations else blocks
    return in_order(others + _split(styles, others)) if styles else others


def _split(styles: list[Json], others: list[Json]) -> list[Json]:
    """Split styles where another entity begins or ends, and drop what lies in code."""
    sweep, around = _Sweep(styles), list[Json]()
    for begin, entity in [*((entity["offset"], entity) for entity in others), (sys.maxsize, None)]:
        while around and end_of(around[-1]) <= begin:
            inner, before = around.pop(), len(sweep.pieces)
            sweep.move_to(end_of(inner))
            if inner["type"] in CODE:
                del sweep.pieces[before:]
        sweep.move_to(begin)
        if entity is not None:
            around.append(entity)
    return in_order(sweep.pieces)


class _Sweep:
    """Walks over a text from left to right and cuts styles into pieces.

    A style that touches one of its kind continues it. Where another one begins, those that go on
    are cut, so that all pieces nest.
    """

    def __init__(self, styles: list[Json]) -> None:
        self.pieces: list[Json] = []
        self._coming = styles[::-1]
        self._begins: dict[str, int] = {}
        self._ends: dict[str, int] = {}

    def move_to(self, offset: int) -> None:
        """Walk to an offset and cut there."""
        while self._coming and self._coming[-1]["offset"] < offset:
            style = self._coming.pop()
            kind, begin = style["type"], style["offset"]
            if begin <= self._ends.get(kind, -1):
                self._ends[kind] = max(self._ends[kind], end_of(style))
            else:
                self._cut(begin)
                self._begins[kind], self._ends[kind] = begin, end_of(style)
        self._cut(offset)

    def _cut(self, offset: int) -> None:
        for kind in STYLES:
            begin, end = self._begins.get(kind, offset), self._ends.get(kind, 0)
            if begin >= offset:
                continue
            length = min(end, offset) - begin
            self.pieces.append({"offset": begin, "length": length, "type": kind})
            if end <= offset:
                del self._begins[kind], self._ends[kind]
            else:
                self._begins[kind] = offset
