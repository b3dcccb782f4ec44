"""Collects text and entities while markup is parsed."""

from telegram_playground.errors import BadRequestError
from telegram_playground.state import Json


class MarkupText:
    """The text without markup, and its entities, as far as a parser has come.

    Args:
        source: The text with markup.

    Attributes:
        offset: The length of the text so far, in UTF-16 units.
        entities: The entities so far.
    """

    def __init__(self, source: str) -> None:
        self._source = source
        self._pieces: list[str] = []
        self.offset = 0
        self.entities: list[Json] = []

    def add(self, text: str) -> None:
        """Add plain text."""
        self._pieces.append(text)
        self.offset += utf16_length(text)

    def since(self, offset: int) -> str:
        """Give the text from an offset in UTF-16 units to the end."""
        return self.text().encode("utf-16-le")[2 * offset :].decode("utf-16-le")

    def text(self) -> str:
        """Give the whole text."""
        return "".join(self._pieces)

    def mark(self, offset: int, type_: str, **more: object) -> None:
        """Add an entity from an offset to the end of the text; none if it would be empty."""
        if self.offset > offset:
            length = self.offset - offset
            self.entities.append({"offset": offset, "length": length, "type": type_, **more})

    def byte_offset(self, position: int) -> int:
        """Convert a position in the source into a byte offset, which refusals contain."""
        return len(self._source[:position].encode())


def refuse(reason: str) -> BadRequestError:
    """Make the refusal of wrong markup."""
    return BadRequestError(f"can't parse entities: {reason}")


def utf16_length(text: str) -> int:
    """Count the UTF-16 code units of a text, as Telegram does."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2
