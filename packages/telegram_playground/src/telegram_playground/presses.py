"""Presses of inline buttons."""

import secrets

from telegram_playground.errors import ControlError
from telegram_playground.labels import find_labelled
from telegram_playground.persons import check_presence
from telegram_playground.state import CallbackQuery, Chat, Json, Message, Person
from telegram_playground.telegram import Telegram

FORGOTTEN_AFTER = 600
"""Seconds after which the query of a press is deleted; it can't be answered by then."""


def find_button(message: Message, label: str) -> Json:
    """Find an inline button by its label, or by a part of it that no other label contains.

    Raises:
        ControlError: If there is no such button, or more than one.
    """
    rows = message.json.get("reply_markup", {}).get("inline_keyboard", [])
    buttons = [button for row in rows for button in row]
    return find_labelled(buttons, label, f"message {message.id}")


def press(
    telegram: Telegram, chat: Chat, message_id: int, person: Person, data: str | None
) -> CallbackQuery:
    """Press an inline button, or pretend to.

    A modified client can send any data for any message of the bot, even a deleted one.

    Args:
        telegram: The playground.
        chat: The chat of the message.
        message_id: The id of the message.
        person: The person who presses.
        data: The callback data, which need not be on a button; `None` starts the message's game.

    Returns:
        The query, whose `answer` is set once the bot answers.

    Raises:
        ControlError: If the person is not in the chat, there never was such a message, it is not
            the bot's, or it has no game.
    """
    check_presence(telegram, chat, person)
    message = chat.messages.get(message_id)
    if message is not None and message.author != telegram.bot_id and not message.inline_id:
        raise ControlError(f"message {message_id} is not the bot's")
    if not 0 < message_id <= chat.last_message_id:
        raise ControlError(f"there never was a message {message_id}", 404)
    if data is None and (message is None or "game" not in message.json):
        raise ControlError(f"message {message_id} has no game")
    query = CallbackQuery(str(secrets.randbits(62)), telegram.clock.time(), is_game=data is None)
    _remember(telegram, query)
    content: Json = {"id": query.id, "from": person.user}
    if message is None:
        content["message"] = {"chat": chat.json, "message_id": message_id, "date": 0}
    elif message.inline_id is not None:
        content["inline_message_id"] = message.inline_id
    else:
        content["message"] = telegram.show(chat, message)
    content["chat_instance"] = str(telegram.bot_id * 1_000_003 + chat.id)
    if data is not None:
        content["data"] = data
    elif message is not None:
        content["game_short_name"] = message.json["game"]["description"]
    query.update_id = telegram.queue.push("callback_query", content, person.user["id"])
    return query


def _remember(telegram: Telegram, query: CallbackQuery) -> None:
    state = telegram.state
    queries = state.queries
    queries[query.id] = query
    state.note("query", query.id)
    while (oldest := next(iter(queries.values()))).pressed_at < query.pressed_at - FORGOTTEN_AFTER:
        del queries[oldest.id]
        state.note("query", oldest.id)
