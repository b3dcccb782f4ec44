"""Entities of texts as a bot gets them."""

from playground_support.bot_side import BotSide, Json
from telegram_playground import Person


async def entities(
    bot: BotSide, ann: Person, text: str, **params: object
) -> tuple[str, list[Json]]:
    """Send a text, and give it with its entities as it has become."""
    sent = await bot("sendMessage", chat_id=ann.id, text=text, **params)
    return sent["text"], sent.get("entities", [])


def entity(offset: int, length: int, type_: str, **more: object) -> Json:
    """Spell an entity."""
    return {"offset": offset, "length": length, "type": type_, **more}
