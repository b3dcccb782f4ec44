"""Connects Tally to Redis and Telegram, or starts the embedded Valkey and the playground."""

from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass

import structlog
from aiogram import Bot
from aiogram.client.default import DefaultBotProperties
from aiogram.client.telegram import PRODUCTION, TEST, TelegramAPIServer
from aiogram.enums import ParseMode
from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError

from app.settings import Settings
from durable_dialogs.redis.address import Kind, parse
from durable_dialogs.redis.batch import Batch
from durable_dialogs.redis.connection import connect
from durable_dialogs.redis.embedded_valkey import ValkeyStartError
from durable_dialogs.redis.shared_valkey import shared_valkey
from durable_dialogs.state.keys import BotKeys
from durable_dialogs.state.permissions import MissingPermissionsError, Permissions
from durable_dialogs.telegram.clock import TelegramClock
from durable_dialogs.telegram.proxy import (
    Proxy,
    addresses_in_environment,
    is_on_this_machine,
    parse_proxy,
    variable_for,
)
from durable_dialogs.telegram.session import Session
from ops.deployment import REDIS_PREFIX
from ops.errors import OperatorError, line_of

CALL = 20.0
"""Seconds a call to Telegram may take."""
CONNECTIONS = 1000
"""The maximum number of calls to Telegram at once. Calls that hang must not delay the others."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Connections:
    """Redis and Telegram, as one worker reaches them.

    Attributes:
        redis: The connection to Redis, giving bytes.
        batch: Sends commands to the same Redis together.
        keys: The bot's keys in Redis.
        permissions: Checks what the bot's user in Redis may do.
        bot: The bot.
        clock: Compares this machine's clock with Telegram's.
    """

    redis: Redis
    batch: Batch
    keys: BotKeys
    permissions: Permissions
    bot: Bot
    clock: TelegramClock


async def connect_all(settings: Settings, parts: AsyncExitStack) -> Connections:
    """Connect to Redis and Telegram, or start what stands in for them.

    Args:
        settings: The settings.
        parts: The stack that closes the connections.

    Raises:
        OperatorError: As in `open_redis`, `require_permissions` and `open_bot`.
    """
    redis, batch = await open_redis(settings, parts)
    clock = TelegramClock()
    bot = await open_bot(settings, clock, parts)
    keys = BotKeys(bot.id, REDIS_PREFIX)
    permissions = await require_permissions(redis, batch, keys)
    return Connections(redis, batch, keys, permissions, bot, clock)


async def open_redis(settings: Settings, parts: AsyncExitStack) -> tuple[Redis, Batch]:
    """Connect to Redis, or start the embedded Valkey.

    Args:
        settings: The settings.
        parts: The stack that closes it.

    Returns:
        The connection, and the batch that sends commands together.

    Raises:
        OperatorError: Redis can't be reached, or the embedded Valkey does not start.
    """
    if settings.redis_url:
        url = settings.redis_url.get_secret_value()
    else:
        try:
            valkey = shared_valkey(settings.data_dir / "valkey")
            url = await parts.enter_async_context(valkey)
        except ValkeyStartError as error:
            raise OperatorError(f"the embedded Valkey does not start: {error}") from error
    try:
        address = parse(url)
        redis, batch = connect(address, settings.redis_wait, parts)
        await redis.ping()
        if address.kind is Kind.SERVER:
            await _check_mode(redis)
    except (RedisError, OSError, ValueError) as error:
        # Errors of Sentinel go on with the repr of each client.
        line = line_of(error).partition(" : <")[0]
        raise OperatorError(f"REDIS_URL: Redis can't be reached: {line}") from error
    except TypeError as error:
        # redis-py passes the options of the address to a constructor, by name.
        raise OperatorError("REDIS_URL: has an option that redis-py does not know") from error
    return redis, batch


async def _check_mode(redis: Redis) -> None:
    """Check that a server is not a Sentinel or part of a cluster, which refuse most commands."""
    with suppress(ResponseError):  # the user may lack the permission for INFO
        info = await redis.info("server")
        mode = info.get("redis_mode") or info.get("server_mode")  # Redis, Valkey
        if mode in set(Kind):
            raise OperatorError(
                f"REDIS_URL: the server there is a {mode}, so the address must begin with "
                f"redis+{mode}://"
            )


async def require_permissions(redis: Redis, batch: Batch, keys: BotKeys) -> Permissions:
    """Check that the bot's user in Redis has the permissions that it needs.

    Returns:
        The check, to be repeated while the bot runs.

    Raises:
        OperatorError: A permission is missing.
    """
    permissions = Permissions(redis, batch, keys)
    try:
        await permissions.check()
    except MissingPermissionsError as error:
        raise OperatorError(
            f"REDIS_URL: {error}; docs/redis.md shows a user with all permissions"
        ) from error
    except RedisError as error:
        # A full disk, for example. The bot asks people to try again until the operator mends it.
        log.warning("redis_not_ready", error=line_of(error))
    return permissions


async def open_bot(settings: Settings, clock: TelegramClock, parts: AsyncExitStack) -> Bot:
    """Make the bot, on the playground if it has no token.

    Args:
        settings: The settings.
        clock: Compares this machine's clock with Telegram's.
        parts: The stack that closes its session, and ends the playground.

    Raises:
        OperatorError: The playground does not start, or the address of the proxy is wrong.
    """
    if settings.bot_token:
        token = settings.bot_token.get_secret_value()
        api = TEST if settings.bot_api_test else PRODUCTION
        if settings.bot_api_url:
            address = settings.bot_api_url.get_secret_value()
            api = TelegramAPIServer.from_base(address.rstrip("/"))
    else:
        from app.playground import open_playground  # noqa: PLC0415 - memory that a bot with a token saves

        token, url = await open_playground(settings, parts)
        api = TelegramAPIServer.from_base(url)
    session = Session(
        api=api, limit=CONNECTIONS, timeout=CALL, proxy=_proxy(settings, api.base), clock=clock
    )
    bot = Bot(
        token,
        session=session,
        default=DefaultBotProperties(
            parse_mode=ParseMode.HTML,
            # The bot also answers a message that its sender has deleted by now.
            allow_sending_without_reply=True,
            # Names of counters and people may be links; a preview of them would be unwanted.
            link_preview_is_disabled=True,
        ),
    )
    parts.push_async_callback(bot.session.close)
    return bot


def _proxy(settings: Settings, api: str) -> Proxy | None:
    """Give the proxy for calls to Telegram, None if there is none.

    Raises:
        OperatorError: The address in the environment is wrong.
    """
    if is_on_this_machine(api):
        return None
    if settings.telegram_proxy:
        name, address = "TELEGRAM_PROXY", settings.telegram_proxy.get_secret_value()
    elif found := variable_for(api):
        name, address = found, addresses_in_environment()[found]
    else:
        return None
    try:
        proxy = parse_proxy(address)
    except ValueError as error:
        raise OperatorError(f"{name}: {error}") from None
    log.info("proxy", setting=name, kind=proxy.kind, host=proxy.host, port=proxy.port)
    return proxy
