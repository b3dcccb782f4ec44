"""UTF-16 code units, which the Bot API counts offsets and lengths in."""

import re
from bisect import bisect_left

WIDE = re.compile("[\U00010000-\U0010ffff]")
"""A character that takes two units."""


def utf16_length(text: str) -> int:
    """Count the UTF-16 code units of a text."""
    return len(text) if text.isascii() else len(text) + len(WIDE.findall(text))


class Offsets:
    """Converts positions in a text to offsets in UTF-16 units, and back.

    Args:
        text: The text.
    """

    def __init__(self, text: str) -> None:
        self._wide = [] if text.isascii() else [found.start() for found in WIDE.finditer(text)]
        self._middles = [position + before + 1 for before, position in enumerate(self._wide)]

    def offset(self, position: int) -> int:
        """Give the offset of a position."""
        return position + bisect_left(self._wide, position)

    def position(self, offset: int) -> int:
        """Give the position of an offset; from the middle of a character, the next position."""
        return offset - bisect_left(self._middles, offset)

    def splits_character(self, offset: int) -> bool:
        """Whether an offset lies in the middle of a character."""
        found = bisect_left(self._middles, offset)
        return found < len(self._middles) and self._middles[found] == offset
