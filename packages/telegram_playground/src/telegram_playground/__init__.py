"""A local Telegram for one bot: its Bot API, and persons to play.

`Server` serves it to a bot by any library, `Client` plays persons on it over HTTP, `Playground`
is both in one for tests, and `python -m telegram_playground` serves it alone. The README tells
more.
"""

from telegram_playground.actors import Group, Person
from telegram_playground.call_log import Call
from telegram_playground.client import Client
from telegram_playground.local import Playground
from telegram_playground.server import Server
from telegram_playground.view import Answer, Message, PlaygroundError

__all__ = [
    "Answer",
    "Call",
    "Client",
    "Group",
    "Message",
    "Person",
    "Playground",
    "PlaygroundError",
    "Server",
]
