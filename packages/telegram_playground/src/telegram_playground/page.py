"""The page: a chat client in the browser, which plays the persons.

| request | gives |
|---|---|
| `GET /` | the page |
| `GET /page/{file}` | its modules, styles and icon, from the folder `page/` |
| `GET /page/events` | a stream of events: `world` has the bot, persons and chats; `chat` has the
changes in a chat; `answers` has the answers to presses |
| `GET /page/chats/{id}/menu?person=` | the commands and the menu button that a person has there |

For everything else the page uses `/control`.
"""

import asyncio
import html
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from telegram_playground import json_text
from telegram_playground.annotated import read
from telegram_playground.command_menu import commands_for
from telegram_playground.control_http import CHAT_ID, chat_of, guard
from telegram_playground.press_answers import PressAnswers
from telegram_playground.sample_chats import add_sample_chats
from telegram_playground.showing import show_changes, show_chat, show_message
from telegram_playground.state import Chat, Json
from telegram_playground.telegram import ANY_CHAT, Telegram

FOLDER = Path(__file__).with_suffix("")

TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
    " img-src 'self' blob: data:; media-src 'self'; frame-src http://127.0.0.1:* http://localhost:*;"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Allows no other host but Mini Apps on this machine, and no inline script."""

HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-cache",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

LOOK_AGAIN = 0.5
"""Seconds between looks for changes without a signal: persons, roles, commands."""

GATHER = 0.02
"""Seconds to wait after a change, so that one event has several changes."""


@dataclass(kw_only=True)
class MenuQuery:
    """The person whose menu is asked for."""

    person: int


class Page:
    """Serves the page.

    Args:
        telegram: The chats that the page shows.
        names: The names under which this server may be addressed.
    """

    def __init__(self, telegram: Telegram, names: frozenset[str]) -> None:
        self._telegram = telegram
        self._names = names
        self._life = secrets.token_hex(8)
        self._closed = False

    def add_to(self, app: web.Application) -> None:
        """Add the page's routes to an application, until it is shut down."""
        self._closed = False
        app.add_routes(
            [
                web.get("/", self._index),
                web.get("/page/events", guard(self._stream, self._names)),
                web.get(f"/page/chats/{CHAT_ID}/menu", guard(self._menu, self._names)),
                web.get("/page/{file:[a-z_]+[.][a-z]+}", self._file),
            ]
        )
        app.on_shutdown.append(self._close)

    async def _index(self, request: web.Request) -> web.Response:
        text = (FOLDER / "index.html").read_text(encoding="utf-8")
        own = html.escape(f"{request.scheme}://{request.host}")
        return web.Response(
            text=text.replace("{url}", own), content_type="text/html", headers=HEADERS
        )

    async def _file(self, request: web.Request) -> web.StreamResponse:
        path = FOLDER / request.match_info["file"]
        if path.suffix not in TYPES or not path.is_file():
            raise web.HTTPNotFound
        return web.FileResponse(path, headers=HEADERS | {"Content-Type": TYPES[path.suffix]})

    async def _menu(self, request: web.Request) -> Json:
        chat = chat_of(self._telegram, request)
        query = read(MenuQuery, request.query)
        person = self._telegram.person(query.person)
        profile = self._telegram.state.profile
        return {
            "commands": commands_for(self._telegram, chat, person),
            "menu_button": profile.menu_button(chat.id) if chat.private else None,
        }

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        add_sample_chats(self._telegram)
        response = web.StreamResponse(headers=HEADERS | {"Content-Type": "text/event-stream"})
        await response.prepare(request)
        with suppress(ConnectionError):
            await self._tell(response)
        return response

    async def _tell(self, response: web.StreamResponse) -> None:
        """Send everything once, then all changes, until the server stops or the page is closed."""
        world = b""
        sent: dict[int, int] = {}
        answered = PressAnswers(self._telegram)
        await response.write(b"retry: 500\n\n")
        while not self._closed:
            now = self._world()
            # If nothing is new, a comment finds out whether the page still listens.
            await response.write(_event("world", now) if now != world else b":\n\n")
            world = now
            for chat in list(self._telegram.state.chats.values()):
                after = sent.get(chat.id, chat.version)
                if sent.get(chat.id) != chat.version:
                    sent[chat.id] = chat.version
                    await response.write(_event("chat", self._news(chat, after)))
            if answers := answered.take():
                await response.write(_event("answers", json_text.encode(answers)))
            if await self._telegram.signals.wait(ANY_CHAT, LOOK_AGAIN):
                await asyncio.sleep(GATHER)

    def _world(self) -> bytes:
        state = self._telegram.state
        profile = state.profile
        commands = [[*key, commands] for key, commands in profile.commands.items()]
        return json_text.encode(
            {
                "bot": state.bot,
                "life": self._life,
                "persons": list(state.persons.values()),
                "chats": [show_chat(chat) for chat in state.chats.values()],
                # The page fetches the menu again when this value changes.
                "menus": hash(json_text.encode([commands, list(profile.menu_buttons.items())])),
            }
        )

    def _news(self, chat: Chat, after: int) -> bytes:
        """Give the changes in a chat since a version, and its last message."""
        news = {"id": chat.id, "after": after, **show_changes(self._telegram, chat, after)}
        last = chat.messages[next(reversed(chat.messages))] if chat.messages else None
        news["last"] = last and show_message(self._telegram, chat, last)
        return json_text.encode(news)

    async def _close(self, _app: web.Application) -> None:
        self._closed = True
        self._telegram.signals.notify(ANY_CHAT)


def _event(name: str, data: bytes) -> bytes:
    return b"event: %b\ndata: %b\n\n" % (name.encode(), data)
