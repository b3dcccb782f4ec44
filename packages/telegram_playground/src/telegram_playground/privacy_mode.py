"""Which messages the bot gets (core.telegram.org/bots/features, Privacy mode)."""

from telegram_playground.state import Chat, Json, Message, Role
from telegram_playground.telegram import Telegram

SERVICE = frozenset(
    {
        "forum_topic_closed",
        "forum_topic_created",
        "forum_topic_reopened",
        "left_chat_member",
        "new_chat_members",
        "refunded_payment",
        "successful_payment",
    }
)
"""Fields of service messages, which the bot gets in privacy mode too."""


def tell_bot(telegram: Telegram, chat: Chat, message: Message, kind: str = "message") -> None:
    """Queue an update with a message, if the bot gets messages like it.

    Args:
        telegram: The playground, which keeps the updates.
        chat: The chat of the message.
        message: The message that was posted or edited.
        kind: `message` or `edited_message`.
    """
    if _reaches_bot(telegram, chat, message):
        telegram.queue.push(kind, telegram.show(chat, message), chat.id)


def _reaches_bot(telegram: Telegram, chat: Chat, message: Message) -> bool:
    if chat.private:
        return True
    role = chat.roles.get(telegram.bot_id, Role.LEFT)
    if not role.inside:
        return False
    if role.leads or telegram.state.abilities["can_read_all_group_messages"]:
        return True
    if "via_bot" in message.json or message.json.keys() & SERVICE:
        return True
    replied = chat.messages.get(message.reply_to or 0)
    if replied is not None and replied.author == telegram.bot_id:
        return True
    json = message.json
    text = json.get("text") or json.get("caption") or ""
    entities = json.get("entities") or json.get("caption_entities") or ()
    return any(_calls_bot(telegram, text, entity) for entity in entities)


def _calls_bot(telegram: Telegram, text: str, entity: Json) -> bool:
    """Whether an entity mentions the bot, or is a command for it at the start of the text."""
    if entity["type"] not in {"mention", "bot_command"}:
        return False
    begin, end = 2 * entity["offset"], 2 * (entity["offset"] + entity["length"])
    called = text.encode("utf-16-le")[begin:end].decode("utf-16-le")
    command, _, name = called.lower().partition("@")
    if command and begin:
        return False
    return name in {"" if command else None, telegram.state.bot["username"].lower()}
