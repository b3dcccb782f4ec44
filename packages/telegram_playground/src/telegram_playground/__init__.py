"""A local Telegram for developing and testing bots of any library.

- `Server` is a Bot API server for one bot, with a page to chat with it.
- `Client` plays persons on a server over HTTP: they write, press buttons, vote, pay.
- `Playground` is both in one process, for tests.

`python -m telegram_playground` runs a server. The README has examples.
"""

from telegram_playground.call_log import Call
from telegram_playground.client import Client
from telegram_playground.local import Playground
from telegram_playground.objects import Chat, Object, User
from telegram_playground.played_group import Group
from telegram_playground.played_person import Person
from telegram_playground.server import Server
from telegram_playground.view import Answer, Message, PlaygroundError

__all__ = [
    "Answer",
    "Call",
    "Chat",
    "Client",
    "Group",
    "Message",
    "Object",
    "Person",
    "Playground",
    "PlaygroundError",
    "Server",
    "User",
]
