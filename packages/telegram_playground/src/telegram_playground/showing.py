"""Chats and messages as persons see them, with more than the bot gets."""

import itertools

from telegram_playground.games import high_scores
from telegram_playground.payments import WISHES
from telegram_playground.state import Chat, Json, Message
from telegram_playground.telegram import Telegram

BILL = ("prices", "receipt", *WISHES)
"""Fields of an invoice that persons see besides its `Invoice`."""


def show_chat(chat: Chat) -> Json:
    """Give a chat with its `roles` and reply `keyboards` by user id, and its `topics` by id."""
    return {
        "chat": chat.json,
        "roles": {str(user_id): role for user_id, role in chat.roles.items()},
        "topics": {str(topic_id): name for topic_id, name in chat.topics.items()},
        "keyboards": {str(user_id): shown for user_id, shown in chat.keyboards.items()},
        "migrated_to": chat.migrated_to,
    }


def show_changes(telegram: Telegram, chat: Chat, after: int) -> Json:
    """Give what changed since version `after`: `messages` in order, and ids of `deleted` ones."""
    changed = itertools.takewhile(
        lambda message_id: chat.changed[message_id] > after, reversed(chat.changed)
    )
    ids = sorted(changed)
    messages = [chat.messages[i] for i in ids if i in chat.messages]
    return {
        "version": chat.version,
        "messages": [show_message(telegram, chat, message) for message in messages],
        "deleted": [message_id for message_id in ids if message_id not in chat.messages],
    }


def show_message(telegram: Telegram, chat: Chat, message: Message) -> Json:
    """Give a message as persons see it.

    Besides the bot's `Message` it has the reply `keyboard` sent with it, the `votes` in its poll by
    user id, the `scores` in its game, and the `bill` of its invoice.
    """
    shown = telegram.show(chat, message)
    more: Json = {}
    if message.keyboard is not None:
        more["keyboard"] = message.keyboard
    if "poll" in message.json:
        poll = telegram.state.polls[message.json["poll"]["id"]]
        more["votes"] = {str(user_id): chosen for user_id, chosen in poll.votes.items()}
    if message.scores:
        more["scores"] = high_scores(telegram, message)
    if "invoice" in message.json:
        more["bill"] = show_bill(message.secret)
    return shown | more if more else shown


def show_bill(secret: Json) -> Json:
    """Give the fields of an invoice that persons see, from what the bot gave with it."""
    return {name: secret[name] for name in BILL if name in secret}
