"""A local Telegram for developing and testing bots of any library.

- `Server` is a Bot API server for one bot, with a page to chat with it.
- `Client` plays persons on a server over HTTP: they write, press buttons, vote, pay.
- `Playground` is both in one process, for tests.
- `pytest_plugin` gives tests a playground as the fixture `telegram`.

`python -m telegram_playground` runs a server. The README has examples.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
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

_MODULES = {
    "Answer": "view",
    "Call": "call_log",
    "Chat": "objects",
    "Client": "client",
    "Group": "played_group",
    "Message": "view",
    "Object": "objects",
    "Person": "played_person",
    "Playground": "local",
    "PlaygroundError": "view",
    "Server": "server",
    "User": "objects",
}
"""The module of each public name, which is imported when the name is first used: pytest imports
this package at each start, also in projects that do not use it."""


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    globals()[name] = value
    return value
