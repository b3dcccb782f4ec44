"""All that the playground knows, in plain data: nothing here runs, waits or decides.

What goes over the wire is kept as it goes there (`Json`), checked by aiogram's models when it
comes in; the fields beside it are what the rules ask for. Times are in seconds since 1970.
"""

from telegram_playground.state.bot import Call, Profile, Update, Webhook
from telegram_playground.state.chats import Chat, Message, Person, Poll, Role, Standing, StoredFile
from telegram_playground.state.everything import State
from telegram_playground.state.queries import CallbackQuery, Checkout, InlineAnswer, InlineQuery
from telegram_playground.state.wire import Json

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
    "Webhook",
]
