"""What Tally is connected to: Redis and Telegram, or what stands in for them."""

from contextlib import AsyncExitStack

import structlog
from aiogram import Bot
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import PRODUCTION, TEST, TelegramAPIServer
from aiogram.enums import ParseMode
from aiogram.exceptions import ClientDecodeError, TelegramAPIError, TelegramUnauthorizedError
from aiogram.types import User
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from config import Settings
from faults import Fault
from fsm.valkey import EmbeddedValkey, ValkeyStartError

ANSWER = 5.0
"""Seconds that Redis may take for an answer."""
AT_ONCE = 10
"""Commands to Redis at once; it carries them out one by one anyway."""
CALL = 20.0
"""Seconds that Telegram may take for a call."""
CONNECTIONS = 1000
"""Calls to Telegram at once; some may hang and must not keep others waiting."""

log = structlog.get_logger(__name__)


async def open_redis(settings: Settings, parts: AsyncExitStack) -> Redis:
    """Connect to Redis, or start the embedded Valkey.

    Args:
        settings: The settings.
        parts: Closes it.

    Raises:
        Fault: It can't be reached, or does not start.
    """
    if settings.redis_url:
        url = settings.redis_url.get_secret_value()
    else:
        valkey = EmbeddedValkey(settings.data_dir / "valkey")
        try:
            await valkey.start()
        except ValkeyStartError as error:
            raise Fault(f"the embedded Valkey does not start: {error}") from error
        parts.push_async_callback(valkey.stop)
        url = valkey.url
    try:
        # No tries behind our back: a commit whose answer was lost must not be sent twice.
        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=AT_ONCE,
            timeout=ANSWER,
            retry=Retry(NoBackoff(), 0),
            socket_timeout=ANSWER,
            socket_connect_timeout=ANSWER,
            lib_name=None,
            lib_version=None,
        )
        redis = Redis(connection_pool=pool)
        parts.push_async_callback(pool.aclose)
        await redis.ping()
    except (RedisError, OSError, ValueError) as error:
        raise Fault(f"REDIS_URL: Redis can't be reached: {line_of(error)}") from error
    return redis


async def open_bot(settings: Settings, parts: AsyncExitStack) -> Bot:
    """Make the bot, on the playground if it has no token.

    Args:
        settings: The settings.
        parts: Closes it.

    Raises:
        Fault: The playground does not start.
    """
    if settings.bot_token:
        token = settings.bot_token.get_secret_value()
        api = TEST if settings.bot_api_test else PRODUCTION
        if settings.bot_api_url:
            address = settings.bot_api_url.get_secret_value()
            api = TelegramAPIServer.from_base(address.rstrip("/"))
    else:
        token, url = await _open_playground(settings, parts)
        api = TelegramAPIServer.from_base(url)
    bot = Bot(
        token,
        session=AiohttpSession(api=api, limit=CONNECTIONS, timeout=CALL),
        default=DefaultBotProperties(parse_mode=ParseMode.HTML),
    )
    parts.push_async_callback(bot.session.close)
    return bot


async def _open_playground(settings: Settings, parts: AsyncExitStack) -> tuple[str, str]:
    # Only where it is needed: a bot with a token does without its memory.
    from playground.errors import FolderError  # noqa: PLC0415
    from playground.server import Server  # noqa: PLC0415

    server = Server(
        port=settings.playground_port,
        data_dir=settings.data_dir / "playground",
        inline=True,
        managed_bots=True,
    )
    try:
        await server.start()
    except FolderError as error:
        raise Fault(f"DATA_DIR: {error}") from error
    except OSError as error:
        raise Fault(f"PLAYGROUND_PORT: {line_of(error)}") from error
    parts.push_async_callback(server.stop)
    log.info(
        "playground",
        open=server.url,
        hint="no BOT_TOKEN is set, so a local Telegram stands in at this address; "
        "for the real one put BOT_TOKEN=... from @BotFather into .env",
    )
    return server.token, server.url


async def introduce(bot: Bot) -> User:
    """Ask Telegram who the bot is.

    Raises:
        Fault: Telegram refuses the token or can't be reached.
    """
    try:
        return await bot.me()
    except ClientDecodeError as error:
        raise Fault("BOT_API_URL: what answers there is no Bot API server") from error
    except TelegramUnauthorizedError as error:
        raise Fault("BOT_TOKEN: Telegram refuses the token") from error
    except TelegramAPIError as error:
        raise Fault(f"Telegram can't be reached: {line_of(error)}") from error


def line_of(error: Exception) -> str:
    """Give an error's first line, for a person."""
    return str(error).partition("\n")[0] or type(error).__name__
