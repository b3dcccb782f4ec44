"""A local Telegram for one bot: its Bot API, and persons to play.

`Server` serves it to a bot by any library, `Client` plays persons on it over HTTP, `Playground`
is both in one for tests, and `python -m playground` serves it alone. docs/playground.md tells
more.
"""

from playground.actors import Group, Person
from playground.call_log import Call
from playground.client import Client
from playground.local import Playground
from playground.server import Server
from playground.view import Answer, Message, PlaygroundError

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
