"""Presses of inline buttons."""

import secrets

from playground.errors import ControlError
from playground.persons import check_presence
from playground.state import CallbackQuery, Chat, Json, Message, Person
from playground.telegram import Telegram

FORGOTTEN_AFTER = 600
"""Seconds after which a pressed button's query is forgotten; it can't be answered any more."""


def find_button(message: Message, label: str) -> Json:
    """Find an inline button by its label, or by a part of it that no other label has.

    Raises:
        ControlError: If there is no such button, or more than one.
    """
    rows = message.json.get("reply_markup", {}).get("inline_keyboard", [])
    buttons = [button for row in rows for button in row]
    found = [button for button in buttons if button["text"] == label]
    found = found or [button for button in buttons if label in button["text"]]
    if len(found) == 1:
        return dict(found[0])
    labels = ", ".join(repr(button["text"]) for button in buttons) or "no buttons"
    problem = "more than one button" if found else "no button"
    raise ControlError(f"{problem} {label!r} on message {message.id}, which has {labels}", 404)


def press(
    telegram: Telegram, chat: Chat, message_id: int, person: Person, data: str
) -> CallbackQuery:
    """Press an inline button, or make as if.

    A modified client can send any data for any message of the bot, also for one that is gone.

    Args:
        telegram: Where it happens.
        chat: The chat of the message.
        message_id: The message.
        person: Who presses.
        data: The button's callback data, or whatever is sent in its place.

    Raises:
        ControlError: If the person does not see the message, or it is not the bot's.
    """
    check_presence(telegram, chat, person)
    message = chat.messages.get(message_id)
    if message is not None and message.author != telegram.bot_id:
        raise ControlError(f"message {message_id} is not the bot's")
    if not 0 < message_id <= chat.last_message_id:
        raise ControlError(f"there never was a message {message_id}", 404)
    query = CallbackQuery(str(secrets.randbits(62)), telegram.clock.time())
    _remember(telegram, query)
    gone = {"chat": chat.json, "message_id": message_id, "date": 0}
    content = {
        "id": query.id,
        "from": person.user,
        "message": gone if message is None else telegram.show(chat, message),
        "chat_instance": str(telegram.bot_id * 1_000_003 + chat.id),
        "data": data,
    }
    query.update_id = telegram.queue.push("callback_query", content, person.user["id"])
    return query


def _remember(telegram: Telegram, query: CallbackQuery) -> None:
    queries = telegram.state.queries
    queries[query.id] = query
    while (oldest := next(iter(queries.values()))).pressed_at < query.pressed_at - FORGOTTEN_AFTER:
        del queries[oldest.id]
