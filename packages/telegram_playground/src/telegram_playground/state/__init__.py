"""The state of the playground, as plain data without behaviour.

Objects of the Bot API are kept as JSON (`Json`), as the bot gets them. The fields besides them are
what the rules need. Times are in seconds since 1970 by the playground's clock.
"""

from telegram_playground.state.bot import Call, Profile, Update, Webhook
from telegram_playground.state.chats import Chat, Message, Person, Poll, Role, Standing, StoredFile
from telegram_playground.state.everything import State
from telegram_playground.state.queries import CallbackQuery, Checkout, InlineAnswer, InlineQuery
from telegram_playground.state.wire import Json, Upload

__all__ = [
    "Call",
    "CallbackQuery",
    "Chat",
    "Checkout",
    "InlineAnswer",
    "InlineQuery",
    "Json",
    "Message",
    "Person",
    "Poll",
    "Profile",
    "Role",
    "Standing",
    "State",
    "StoredFile",
    "Update",
    "Upload",
    "Webhook",
]
