"""Sends texts and reads their entities."""

from playground_support.bot_side import BotSide, Json
from telegram_playground import Person


async def entities(
    bot: BotSide, ann: Person, text: str, **params: object
) -> tuple[str, list[Json]]:
    """Send a text as the bot; return the text and entities of the message."""
    sent = await bot("sendMessage", chat_id=ann.id, text=text, **params)
    return sent["text"], sent.get("entities", [])


def entity(offset: int, length: int, type_: str, **more: object) -> Json:
    """Make an entity."""
    return {"offset": offset, "length": length, "type": type_, **more}


def marked(text: str, found: list[Json]) -> list[tuple[str, str]]:
    """Give the type of each entity and the part of the text that it marks."""
    units = text.encode("utf-16-le")

    def part(begin: int, end: int) -> str:
        return units[2 * begin : 2 * end].decode("utf-16-le")

    return [(item["type"], part(item["offset"], item["offset"] + item["length"])) for item in found]
