"""The playground as a server: the bot's side, the persons' side, and the chat page."""

import re
import secrets
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path

from aiohttp import web

from telegram_playground import chat_routes, control_routes, fault_routes, feature_routes
from telegram_playground.bot_api import CALLS, BotApi
from telegram_playground.clock import Clock
from telegram_playground.control_http import guarded
from telegram_playground.memory import Memory
from telegram_playground.origins import names_of
from telegram_playground.page import Page
from telegram_playground.schema import fields_of
from telegram_playground.state import Call, Json, State
from telegram_playground.telegram import Telegram

DEFAULT_ID = 1234567
"""The bot's id if no token is given."""

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8081

MAX_REQUEST = 60 << 20
"""Bytes of the largest request of the bot; a file has at most 50 MB (Bot API, Sending files)."""

PERSONS_SIDE = (
    *control_routes.ROUTES,
    *chat_routes.ROUTES,
    *feature_routes.ROUTES,
    *fault_routes.ROUTES,
)

ABILITY = ("can_", "supports_", "has_", "allows_")
"""Prefixes of the `User` fields that only getMe fills."""


class Server:
    """A local Telegram for one bot.

    Args:
        token: The bot's token, `<id>:<anything>`. If `None`, the token that `data_dir` keeps, or
            a new random one.
        host: The address to listen on.
        port: The port to listen on; 0 takes a free one.
        username: The bot's username.
        privacy: Whether privacy mode is on: in groups the bot gets only what is meant for it.
        inline: Whether inline mode and its feedback are on (@BotFather, /setinline).
        managed_bots: Whether the bot may create bots for people (@BotFather).
        hosts: Names under which this server may be addressed, besides `host` and the loopback
            names.
        data_dir: The folder that keeps everything for the next start; nothing is kept if `None`.

    Attributes:
        clock: The playground's clock, which can be moved forward.
        token: The bot's token; final once the server has started, because a folder may keep it.

    Raises:
        ValueError: If the token has another form.
    """

    def __init__(  # noqa: PLR0913 - settings by name, each with a default
        self,
        token: str | None = None,
        *,
        host: str = DEFAULT_HOST,
        port: int = DEFAULT_PORT,
        username: str = "playground_bot",
        privacy: bool = True,
        inline: bool = False,
        managed_bots: bool = False,
        hosts: Iterable[str] = (),
        data_dir: Path | str | None = None,
    ) -> None:
        self._is_token_given = token is not None
        self.token = token or f"{DEFAULT_ID}:{secrets.token_urlsafe(24)}"
        self.clock = Clock()
        self._host = host
        self._port = port
        # An id at random, as Telegram's server draws it (tddb's `TQueue`).
        first_update = 2_000_001 + secrets.randbelow(1 << 30)
        bot = {"id": bot_id_of(self.token), "is_bot": True, "first_name": username}
        abilities = _abilities(privacy=privacy) | {
            "supports_inline_queries": inline,
            "can_manage_bots": managed_bots,
        }
        state = State(bot | {"username": username}, abilities, first_update)
        state.inline_feedback = inline
        self._telegram = Telegram(state, self.clock, self.token)
        if data_dir is not None:
            # Each bot has a folder of its own, so that another token does not read its chats.
            self._telegram.memory = Memory(Path(data_dir) / str(bot["id"]), state)
        self._state = state
        self._names = names_of(host, frozenset(name.lower() for name in hosts))
        self._api = BotApi(self._telegram, self._names)
        self._page = Page(self._telegram, self._names)
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """The address of the page and of the Bot API server, such as `http://127.0.0.1:8081`."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._port}"

    async def start(self) -> None:
        """Start listening.

        Raises:
            FolderError: If the folder can't be used, or another playground uses it.
            OSError: If the address can't be used, for example because the port is taken.
        """
        app = web.Application(client_max_size=MAX_REQUEST)
        if self._telegram.memory is not None:
            self._telegram.memory.open()
            if not self._is_token_given:
                self.token = self._telegram.token = self._telegram.memory.token(self.token)
            app.middlewares.append(self._keep)
        bot = "/bot{token:[^/]+}/{test:(?:test/)?}{method:[^/]+}"
        app.add_routes(
            [
                web.get(bot, self._api.handle),
                web.post(bot, self._api.handle),
                web.get("/file/bot{token:[^/]+}/{path:.+}", self._api.download),
                *guarded(self._telegram, self._names, PERSONS_SIDE),
            ]
        )
        self._page.add_to(app)
        self._runner = web.AppRunner(
            app,
            access_log=None,
            handler_cancellation=True,
            shutdown_timeout=1,
            # aiohttp would inflate bodies that no handler reads, and block the loop meanwhile.
            auto_decompress=False,
        )
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self._port)
        try:
            await site.start()
        except OSError:
            await self.stop()
            raise
        self._port = self._runner.addresses[0][1]
        if self._state.webhook is not None:
            await self._telegram.delivery.webhooks.start(self._state.webhook)

    async def stop(self) -> None:
        """Stop listening and delivering; the state stays, and `start` continues from it."""
        await self._telegram.close()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
        if self._telegram.memory is not None:
            self._telegram.memory.close()

    async def until_refused(self, wanted: Callable[[Call], bool], seconds: float) -> list[Call]:
        """Wait until a call of the bot is refused.

        Args:
            wanted: Tells whether a refused call is one of those to wait for.
            seconds: The longest wait.

        Returns:
            All such calls that are in the log, oldest first; empty if there is none in time.
        """

        def find() -> list[Call]:
            return [call for call in self._state.calls if call.error is not None and wanted(call)]

        await self._telegram.signals.wait_for(CALLS, seconds, lambda: bool(find()))
        return find()

    @web.middleware
    async def _keep(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """Write the changes of a request to the journal before it is answered."""
        try:
            return await handler(request)
        finally:
            self._telegram.flush()


def bot_id_of(token: str) -> int:
    """Give the id of the bot to which a token belongs.

    Raises:
        ValueError: If it has another form than `<id>:<anything>`.
    """
    if not re.fullmatch(r"[0-9]{1,16}:[^\s/]+", token):
        raise ValueError("a token looks like 1234567:anything")
    return int(token.partition(":")[0])


def _abilities(*, privacy: bool) -> Json:
    """Give the `User` fields that only getMe fills; what @BotFather switches on is off."""
    names = (name for name in fields_of("User") if name.startswith(ABILITY))
    return dict.fromkeys(names, False) | {
        "can_join_groups": True,
        "can_read_all_group_messages": not privacy,
    }
