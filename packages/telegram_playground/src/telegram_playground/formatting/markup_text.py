"""Collects text and entities while markup is parsed."""

from typing import NamedTuple

from telegram_playground.errors import BadRequestError
from telegram_playground.formatting.utf16 import utf16_length
from telegram_playground.state import Json


class Place(NamedTuple):
    """A place in the text without markup.

    Attributes:
        offset: The length of the text before it, in UTF-16 units.
        pieces: How many pieces of text were added before it.
    """

    offset: int
    pieces: int


class MarkupText:
    """The text without markup, and its entities, as far as a parser has come.

    Args:
        source: The text with markup.

    Attributes:
        entities: The entities so far, in the order in which they end.
    """

    def __init__(self, source: str) -> None:
        self._source = source
        self._pieces: list[str] = []
        self._offset = 0
        self.entities: list[Json] = []

    def here(self) -> Place:
        """Give the place at the end of the text so far."""
        return Place(self._offset, len(self._pieces))

    def add(self, text: str) -> None:
        """Add plain text."""
        self._pieces.append(text)
        self._offset += utf16_length(text)

    def since(self, place: Place) -> str:
        """Give the text from a place to the end."""
        return "".join(self._pieces[place.pieces :])

    def text(self) -> str:
        """Give the whole text."""
        return "".join(self._pieces)

    def mark(self, place: Place, fields: Json) -> None:
        """Add an entity from a place to the end of the text; none if it would be empty.

        Args:
            place: Where the entity begins.
            fields: Its type and other fields.
        """
        length = self._offset - place.offset
        if length > 0:
            self.entities.append({"offset": place.offset, "length": length, **fields})

    def byte_offset(self, position: int) -> int:
        """Convert a position in the source into a byte offset, which refusals contain."""
        return len(self._source[:position].encode(errors="surrogatepass"))


def refuse(reason: str) -> BadRequestError:
    """Make the refusal of wrong markup."""
    return BadRequestError(f"can't parse entities: {reason}")
