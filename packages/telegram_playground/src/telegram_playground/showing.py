"""What persons see of chats and messages, which is more than the bot finds in them."""

import itertools

from telegram_playground.games import high_scores
from telegram_playground.payments import WISHES
from telegram_playground.state import Chat, Json, Message
from telegram_playground.telegram import Telegram

BILL = ("prices", "receipt", *WISHES)
"""What persons see of an invoice beside its `Invoice`."""


def show_chat(chat: Chat) -> Json:
    """A chat with the `roles` and reply `keyboards` in it by user id, and the names of `topics`."""
    return {
        "chat": chat.json,
        "roles": {str(user_id): role for user_id, role in chat.roles.items()},
        "topics": {str(topic_id): name for topic_id, name in chat.topics.items()},
        "keyboards": {str(user_id): shown for user_id, shown in chat.keyboards.items()},
        "migrated_to": chat.migrated_to,
    }


def show_changes(telegram: Telegram, chat: Chat, after: int) -> Json:
    """What has changed in a chat since version `after`: `messages` by id, and ids of `deleted`."""
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
    """A message as persons see it: with what no bot finds in a message.

    That is the `keyboard` that came with it, the `votes` in its poll by user id, the `scores` in
    its game, and the `bill` of its invoice.
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
    """What persons see of what the bot gave along with an invoice."""
    return {name: secret[name] for name in BILL if name in secret}
