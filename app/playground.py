"""Starts the playground in place of Telegram."""

from contextlib import AsyncExitStack

import structlog

from app.settings import Settings
from ops.errors import OperatorError, line_of
from telegram_playground.errors import FolderError
from telegram_playground.server import Server

log = structlog.get_logger(__name__)


async def open_playground(settings: Settings, parts: AsyncExitStack) -> tuple[str, str]:
    """Start the playground.

    Args:
        settings: The settings.
        parts: The stack that ends it.

    Returns:
        The token of its bot, and its address.

    Raises:
        OperatorError: Its folder or its port can't be used.
    """
    server = Server(
        port=settings.playground_port,
        data_dir=settings.data_dir / "playground",
        inline=True,
        managed_bots=True,
    )
    try:
        await server.start()
    except FolderError as error:
        raise OperatorError(f"DATA_DIR: {error}") from error
    except OSError as error:
        raise OperatorError(f"PLAYGROUND_PORT: {line_of(error)}") from error
    parts.push_async_callback(server.stop)
    log.info(
        "playground",
        open=server.url,
        hint="BOT_TOKEN is not set, so a local Telegram runs at this address; "
        "for the real one put BOT_TOKEN=... from @BotFather into .env",
    )
    return server.token, server.url
