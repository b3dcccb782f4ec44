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
