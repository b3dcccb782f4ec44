"""Which commands a person is offered in a chat."""

from collections.abc import Iterator

from telegram_playground import json_text
from telegram_playground.members import role_in
from telegram_playground.state import Chat, Json, Person
from telegram_playground.telegram import Telegram


def commands_for(telegram: Telegram, chat: Chat, person: Person) -> list[Json]:
    """Give the commands that the bot offers a person in a chat.

    The list of the narrowest scope wins; in a scope, the list in the person's language wins over
    the one for all languages (Bot API, BotCommandScope).

    Args:
        telegram: The playground, which keeps the bot's command lists.
        chat: The chat.
        person: The person.

    Returns:
        `BotCommand` objects; none if the bot is not in the chat.
    """
    if not role_in(telegram, chat, telegram.bot_id).inside:
        return []
    lists = telegram.state.profile.commands
    language = str(person.user.get("language_code", ""))[:2]
    for scope in _scopes(telegram, chat, person):
        key = json_text.encode(scope, sort_keys=True).decode()
        found = lists.get((key, language)) or lists.get((key, ""))
        if found:
            return found
    return []


def _scopes(telegram: Telegram, chat: Chat, person: Person) -> Iterator[Json]:
    """Give the scopes that apply to a person in a chat, the narrowest first."""
    user_id = person.user["id"]
    if chat.private:
        yield {"type": "chat", "chat_id": chat.id}
        yield {"type": "all_private_chats"}
    else:
        leads = role_in(telegram, chat, user_id).leads
        yield {"type": "chat_member", "chat_id": chat.id, "user_id": user_id}
        if leads:
            yield {"type": "chat_administrators", "chat_id": chat.id}
        yield {"type": "chat", "chat_id": chat.id}
        if leads:
            yield {"type": "all_chat_administrators"}
        yield {"type": "all_group_chats"}
    yield {"type": "default"}
