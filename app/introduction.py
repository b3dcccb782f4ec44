"""The first call to Telegram, which tells who the bot is. It is repeated until Telegram answers."""

import asyncio
from asyncio import FIRST_COMPLETED
from collections.abc import Callable, Iterator
from http import HTTPStatus
from itertools import chain, repeat
from typing import Any

import structlog
from aiogram import Bot
from aiogram.exceptions import (
    TelegramAPIError,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.types import User

from durable_dialogs.tasks import finish, start
from durable_dialogs.telegram.retries import confirmed
from durable_dialogs.telegram.session import NotDoneError, UnreadableResultError
from ops.errors import OperatorError

STRANGE = 30.0
"""Seconds for which another server may answer in place of the Bot API server: a proxy that has just
started, or the login page of a network."""
BEAT = 20.0
"""Seconds between two calls of `wait`. The parent of a worker expects one a minute."""

log = structlog.get_logger(__name__)


async def introduce(bot: Bot, stop: asyncio.Event, wait: Callable[[], object]) -> User | None:
    """Ask Telegram who the bot is until it answers.

    Args:
        bot: The bot.
        stop: The event that ends the bot.
        wait: A function to call every 20 seconds until Telegram answers.

    Returns:
        The bot's user, None if `stop` was set first.

    Raises:
        OperatorError: Telegram refuses the token, or the server is not a Bot API server.
    """
    asking = start(_ask(bot), awaited=True)
    stopped = start(stop.wait(), awaited=True)
    tasks: set[asyncio.Future[Any]] = {asking, stopped}
    try:
        while not (await asyncio.wait(tasks, timeout=BEAT, return_when=FIRST_COMPLETED))[0]:
            wait()
        return asking.result() if asking.done() else None
    finally:
        await finish(tasks, within=0)


async def _ask(bot: Bot) -> User:
    time = asyncio.get_running_loop().time
    is_said, strange_since = False, None
    for pause in _pauses():
        try:
            return await confirmed(bot.me)
        except TelegramUnauthorizedError as error:
            raise OperatorError("BOT_TOKEN: Telegram refuses the token") from error
        except TelegramAPIError as error:
            if not _may_pass(error):
                raise OperatorError(f"BOT_API_URL, BOT_TOKEN: {error.message}") from error
            failure = error
        if not _is_strange(failure):
            strange_since = None
        elif strange_since is None:
            strange_since = time()
        elif time() - strange_since >= STRANGE:
            raise OperatorError(
                "BOT_API_URL: the server there is not a Bot API server"
            ) from failure
        if not is_said:
            is_said = True
            log.warning("telegram_awaited", error=str(failure).partition("\n")[0])
        await asyncio.sleep(
            failure.retry_after if isinstance(failure, TelegramRetryAfter) else pause
        )
    raise AssertionError  # the pauses never end


def _may_pass(error: TelegramAPIError) -> bool:
    passing = (TelegramRetryAfter, TelegramServerError, TelegramNetworkError, UnreadableResultError)
    return isinstance(error, passing)


def _is_strange(error: TelegramAPIError) -> bool:
    """Tell whether the answer is neither Telegram's nor that of a proxy that can't reach it."""
    if isinstance(error, UnreadableResultError):
        return True
    return (
        isinstance(error, NotDoneError)
        and error.status is not None
        and error.status < HTTPStatus.INTERNAL_SERVER_ERROR
        and error.status != HTTPStatus.TOO_MANY_REQUESTS
    )


def _pauses() -> Iterator[float]:
    """Give the seconds between tries."""
    return chain((0.5, 1.0, 2.0, 4.0, 8.0), repeat(15.0))
