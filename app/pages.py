"""The pages that people open, put together, and the server that has them."""

import errno
from contextlib import AsyncExitStack

import structlog
from aiogram import Bot
from aiogram.utils.link import create_telegram_link
from aiohttp import web
from redis.asyncio import Redis

from app.connections import line_of
from app.settings import Settings
from durable_dialogs.delivery.leases import Leases
from locales import Catalog
from ops.errors import OperatorError
from signed.tickets import LIFE, Tickets
from web.freshness import Freshness
from web.game import PATH as GAME
from web.game import Game, add_game
from web.health import Health, metrics_app
from web.login import PATH as LOGIN
from web.login import add_login
from web.login_page import Site
from web.mini_app import PATH as MINI_APP
from web.mini_app import add_mini_app
from web.scores import Scores
from web.server import refuse_compressed, serving
from web.totals_page import PATH as TOTALS
from web.webhook import LIMIT

PAGES = {"web_app_url": MINI_APP, "game_url": GAME, "login_url": LOGIN, "totals_url": TOTALS}
"""Where each page is, below the public address, by what windows ask for."""

FINISH = 1.5
"""Seconds that a stop waits for requests under way."""

LOOPBACK = "127.0.0.1"

log = structlog.get_logger(__name__)


async def make_pages(  # noqa: PLR0913 - what its pages need
    settings: Settings,
    bot: Bot,
    redis: Redis,
    catalog: Catalog,
    *,
    tickets: Tickets,
    freshness: Freshness,
) -> web.Application:
    """Make the application with every page.

    Args:
        settings: The settings.
        bot: The bot.
        redis: The connection, giving bytes.
        catalog: The texts.
        tickets: Tells who plays where.
        freshness: Tells whether what Telegram has signed still counts.
    """
    pages = web.Application(client_max_size=LIMIT, middlewares=[refuse_compressed])
    add_mini_app(pages, catalog)
    scores = Scores(bot, Leases(redis, bot.id, memory=2 * LIFE))
    add_game(pages, Game(tickets, scores, catalog))
    username = (await bot.me()).username or ""
    site = Site(settings.public_address, username, _chat(settings, username))
    add_login(pages, catalog, bot.token, site, freshness)
    return pages


def _chat(settings: Settings, username: str) -> str:
    """Give where the chat with the bot is found, from outside of Telegram."""
    if settings.bot_token:
        return create_telegram_link(username, start="links")
    return f"http://{LOOPBACK}:{settings.playground_port}"


async def serve(
    pages: web.Application, settings: Settings, server: AsyncExitStack, *, shared: bool
) -> dict[str, str | None]:
    """Serve the pages: to the public, to the playground's persons, or at least how Tally is.

    Args:
        pages: The application.
        settings: The settings.
        server: Closes it.
        shared: Whether other workers serve at the same port.

    Returns:
        The address of each page by its name in `PAGES`, None where Telegram can't open it.

    Raises:
        OperatorError: The port can't be had.
    """
    address = await _serve(pages, settings, server, shared=shared)
    return {name: address and address + path for name, path in PAGES.items()}


async def _serve(
    pages: web.Application, settings: Settings, server: AsyncExitStack, *, shared: bool
) -> str | None:
    public = settings.public_address
    is_on_playground = not (public or settings.bot_token)
    host = LOOPBACK if is_on_playground else settings.web_host
    try:
        port = await server.enter_async_context(
            serving(pages, host, settings.web_port, finish=FINISH, shared=shared)
        )
    except OSError as error:
        if error.errno not in {errno.EADDRINUSE, errno.EACCES}:
            raise OperatorError(f"WEB_HOST: {line_of(error)}") from error
        if public:
            raise OperatorError(f"WEB_PORT: {line_of(error)}") from error
        # Nobody comes from outside, so a bot that polls need not fail for it.
        log.warning("port_taken", port=settings.web_port)
        port = await server.enter_async_context(serving(pages, host, 0, finish=FINISH))
    log.info("serving", host=host, port=port)
    if is_on_playground:
        return f"http://{host}:{port}"
    # Telegram opens no other pages than https.
    return public if public and public.startswith("https://") else None


async def serve_metrics(
    health: Health, settings: Settings, server: AsyncExitStack, *, shared: bool
) -> None:
    """Serve the figures, at a port that no proxy passes on to.

    Args:
        health: Gives them.
        settings: The settings.
        server: Closes it.
        shared: Whether other workers serve at the same port.

    Raises:
        OperatorError: The host is none of this machine's.
    """
    app, host, port = metrics_app(health), settings.metrics_host, settings.metrics_port
    try:
        port = await server.enter_async_context(
            serving(app, host, port, finish=FINISH, shared=shared)
        )
    except OSError as error:
        if error.errno not in {errno.EADDRINUSE, errno.EACCES}:
            raise OperatorError(f"METRICS_HOST: {line_of(error)}") from error
        # A bot that can't be measured there counts all the same.
        log.warning("metrics_port_taken", port=port)
        port = await server.enter_async_context(serving(app, host, 0, finish=FINISH))
    log.info("serving_metrics", host=host, port=port)
