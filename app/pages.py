"""Puts the web pages together and serves them, and the metrics at a port of their own."""

import errno
from contextlib import AsyncExitStack

import structlog
from aiogram.utils.link import create_telegram_link
from aiohttp import web

from app.connections import Connections
from app.settings import Settings
from durable_dialogs.delivery.leases import Leases
from locales import Catalog
from ops.errors import OperatorError, line_of
from signed.tickets import LIFE
from web.freshness import Freshness
from web.game import PATH as GAME
from web.game import Game, add_game
from web.health import Health, add_health, metrics_app
from web.login import PATH as LOGIN
from web.login import add_login
from web.login_page import Site
from web.mini_app import PATH as MINI_APP
from web.mini_app import add_mini_app
from web.scores import Scores
from web.server import refuse_compressed, serving
from web.totals_page import PATH as TOTALS
from web.totals_page import TotalsPage, add_totals_page
from web.viewers import Viewers
from web.webhook import LIMIT
from widgets.services import Services

PAGES = {"web_app_url": MINI_APP, "game_url": GAME, "login_url": LOGIN, "totals_url": TOTALS}
"""The path of each page below the public address, by the name that windows use."""

FINISH = 1.5
"""Seconds a stop waits for requests to end."""

LOOPBACK = "127.0.0.1"

log = structlog.get_logger(__name__)


async def make_pages(
    settings: Settings,
    connections: Connections,
    services: Services,
    catalog: Catalog,
    health: Health,
) -> web.Application:
    """Make the application with every page.

    Args:
        settings: The settings.
        connections: Redis and Telegram.
        services: What every update gets; pages need some of it, too.
        catalog: The texts.
        health: Answers whether the worker can be used.
    """
    bot, freshness = connections.bot, Freshness(connections.clock)
    pages = web.Application(client_max_size=LIMIT, middlewares=[refuse_compressed])
    add_mini_app(pages, catalog)
    scores = Scores(bot, Leases(connections.redis, connections.keys, memory=2 * LIFE))
    add_game(pages, Game(services.tickets, scores, catalog))
    username = (await bot.me()).username or ""
    site = Site(settings.public_address, username, _chat(settings, username))
    add_login(pages, catalog, bot.token, site, freshness)
    viewers = Viewers(bot.token, services.passes, freshness)
    add_totals_page(pages, _totals_page(services, catalog, viewers))
    add_health(pages, health)
    return pages


def _totals_page(services: Services, catalog: Catalog, viewers: Viewers) -> TotalsPage:
    return TotalsPage(
        catalog=catalog,
        people=services.people,
        viewers=viewers,
        totals=services.totals,
        summaries=services.summaries,
        names=services.chat_names,
    )


def _chat(settings: Settings, username: str) -> str:
    """Give the address that opens the chat with the bot from a browser."""
    if settings.bot_token:
        return create_telegram_link(username, start="links")
    return f"http://{LOOPBACK}:{settings.playground_port}"


async def serve(
    pages: web.Application, settings: Settings, server: AsyncExitStack, *, shared: bool
) -> dict[str, str | None]:
    """Serve the pages. Without a public address, only `/healthz` and `/readyz` are of use.

    Args:
        pages: The application.
        settings: The settings.
        server: The stack that closes the server.
        shared: Whether other workers serve at the same port.

    Returns:
        The address of each page by its name in `PAGES`, None if Telegram can't open it.

    Raises:
        OperatorError: The server can't listen at the port.
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
        # A bot without a public address works without these pages, so it need not fail.
        log.warning("port_taken", port=settings.web_port)
        port = await server.enter_async_context(serving(pages, host, 0, finish=FINISH))
    log.info("serving", host=host, port=port)
    if is_on_playground:
        return f"http://{host}:{port}"
    # Telegram opens https pages only.
    return public if public and public.startswith("https://") else None


async def serve_metrics(
    health: Health, settings: Settings, server: AsyncExitStack, *, shared: bool
) -> None:
    """Serve the metrics at a port of their own, to which no proxy should pass requests on.

    Args:
        health: Gives the metrics.
        settings: The settings.
        server: The stack that closes the server.
        shared: Whether other workers serve at the same port.

    Raises:
        OperatorError: The host is not an address of this machine.
    """
    app, host, port = metrics_app(health), settings.metrics_host, settings.metrics_port
    try:
        port = await server.enter_async_context(
            serving(app, host, port, finish=FINISH, shared=shared)
        )
    except OSError as error:
        if error.errno not in {errno.EADDRINUSE, errno.EACCES}:
            raise OperatorError(f"METRICS_HOST: {line_of(error)}") from error
        # The bot works without them, so it need not fail.
        log.warning("metrics_port_taken", port=port)
        port = await server.enter_async_context(serving(app, host, 0, finish=FINISH))
    log.info("serving_metrics", host=host, port=port)
