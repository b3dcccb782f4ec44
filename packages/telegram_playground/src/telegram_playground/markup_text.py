"""A text whose markup is being taken out, and the entities found in it so far."""

from telegram_playground.errors import BadRequestError
from telegram_playground.state import Json


class MarkupText:
    """Collects text and entities while the markup of a source is read.

    Args:
        source: The text with its markup.

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
        """The text from an offset in UTF-16 units on."""
        return self.text().encode("utf-16-le")[2 * offset :].decode("utf-16-le")

    def text(self) -> str:
        """All the text."""
        return "".join(self._pieces)

    def mark(self, offset: int, type_: str, **more: object) -> None:
        """Make an entity of the text from an offset on, if there is any."""
        if self.offset > offset:
            length = self.offset - offset
            self.entities.append({"offset": offset, "length": length, "type": type_, **more})

    def byte_offset(self, position: int) -> int:
        """Where a position of the source is in bytes, as Telegram's refusals count."""
        return len(self._source[:position].encode())


def refuse(reason: str) -> BadRequestError:
    """The refusal of markup that is wrong."""
    return BadRequestError(f"can't parse entities: {reason}")


def utf16_length(text: str) -> int:
    """The length of a text in UTF-16 code units, in which Telegram counts."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2
