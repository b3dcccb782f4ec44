"""Calls of the Bot API that are repeated after failures."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from itertools import chain, repeat
from typing import Any, TypeVar

import structlog
from aiogram.exceptions import (
    TelegramAPIError,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.methods import TelegramMethod
from aiohttp import ClientConnectorError

from durable_dialogs.telegram.session import UnreadableResultError
from durable_dialogs.telemetry import telemetry

Result = TypeVar("Result")

PATIENCE = 20.0
"""Seconds in which a call is tried again. Telegram waits about 30 s for the answer to a press."""

READINGS = 6
"""Tries of a call that may be repeated and whose result can't be read."""

CONFIRM = 3.0
"""Seconds before the second try if Telegram refuses the token.

A single 401 may come from a server that has just started, or from a proxy.
"""

ASKING = 2.0
"""Seconds in which `ask` tries again."""

REPEATABLE = ("get", "set", "edit", "delete", "answer")
"""Beginnings of the names of methods that have the same effect if they are called twice."""
CREATING = frozenset({"answerWebAppQuery", "answerGuestQuery"})
"""Methods with such a name that post a message each time."""

AWAY = (TelegramServerError, TelegramNetworkError, TelegramUnauthorizedError)
"""Errors after which a later try may succeed, besides that for too many requests."""

EXPECTED = (
    "message is not modified",
    "query is too old",
    "message to edit not found",
    "message to delete not found",
    "MESSAGE_ID_INVALID",
    "message thread not found",
    "TOPIC_",
    "chat not found",
    "message can't be edited",
    "message can't be deleted",
    "bot was blocked by the user",
    "user is deactivated",
    "bot can't initiate conversation",
    "bot was kicked",
    "bot is not a member",
    "group chat was upgraded",
    "not enough rights",
    "have no rights",
    "CHAT_WRITE_FORBIDDEN",
    "CHAT_RESTRICTED",
)
"""Parts of errors that are normal: the goal is already reached, or can't be reached."""

log = structlog.get_logger(__name__)


def always() -> bool:
    """Return True: the caller still wants the call."""
    return True


async def patiently(
    call: Callable[[], Awaitable[Result]],
    *,
    within: float = PATIENCE,
    wanted: Callable[[], bool] = always,
    raising: tuple[type[TelegramAPIError], ...] = (),
) -> Result | None:
    """Call Telegram, and try again after failures and after the time that Telegram asks for.

    If Telegram did what the call asked for but the result can't be read, the call is repeated only
    if that does no harm, and at most `READINGS` times.

    Args:
        call: Makes one try.
        within: Seconds after which no further try begins.
        wanted: Returns before each further try whether the caller still wants it.
        raising: Errors that the caller handles itself.

    Returns:
        The result. None if Telegram refused, kept failing, or sent a result that can't be read;
        the log says which.
    """
    time = asyncio.get_running_loop().time
    end = time() + within
    pauses, unreadable = _pauses(), 0
    while True:
        try:
            return await call()
        except raising:
            raise
        except TelegramRetryAfter as error:
            pause: float = error.retry_after
            failure: TelegramAPIError = error
            telemetry.telegram_failed("throttled")
        except UnreadableResultError as error:
            telemetry.telegram_failed("unreadable")
            unreadable += 1
            if not may_repeat(error.method) or unreadable == READINGS:
                log.warning("result_unreadable", method=type(error.method).__name__)
                return None
            pause = next(pauses)
            failure = error
        except AWAY as error:
            # If the token was revoked, polling or the webhook's watch ends the bot.
            pause = next(pauses)
            failure = error
            telemetry.telegram_failed("away")
        except TelegramAPIError as error:
            expected = any(text in error.message for text in EXPECTED)
            telemetry.telegram_failed("expected" if expected else "refused")
            say = log.debug if expected else log.warning
            say("telegram_refused", method=type(error.method).__name__, error=error.message)
            return None
        if time() + pause > end:
            kind, address = type(failure).__name__, _address_in(failure)
            log.warning("telegram_unreachable", error=kind, address=address)
            return None
        await asyncio.sleep(pause)
        if not wanted():
            return None


def _address_in(error: TelegramAPIError) -> str | None:
    """Return the host and port that refused a connection; the whole address holds the token."""
    cause = error.__cause__
    return f"{cause.host}:{cause.port}" if isinstance(cause, ClientConnectorError) else None


async def confirmed(call: Callable[[], Awaitable[Result]]) -> Result:
    """Call Telegram, and once more if it refuses the token.

    Args:
        call: Makes one try.

    Raises:
        TelegramUnauthorizedError: Telegram refused both tries with 401.
        TelegramAPIError: A try failed for another reason.
    """
    try:
        return await call()
    except TelegramUnauthorizedError:
        log.warning("token_refused", hint=f"trying once more in {CONFIRM:.0f} s")
    await asyncio.sleep(CONFIRM)
    return await call()


async def ask(
    call: Callable[[], Awaitable[Result]],
    *,
    within: float,
    raising: tuple[type[TelegramAPIError], ...] = (),
) -> Result | None:
    """Ask Telegram for something that the caller can do without.

    Args:
        call: Makes one try.
        within: Seconds that all tries together may take.
        raising: Errors that the caller handles itself.

    Returns:
        The result. None if Telegram refused, could not be reached, or sent a result that can't be
        read; the log says which.
    """
    try:
        async with asyncio.timeout(within):
            return await patiently(call, within=min(within, ASKING), raising=raising)
    except TimeoutError:
        telemetry.telegram_failed("away")
        log.warning("telegram_unreachable", error="TimeoutError")
        return None


def may_repeat(method: TelegramMethod[Any]) -> bool:
    """Return whether a method can be called again after Telegram did it, without harm.

    Methods that send, copy, forward or refund can't, nor can methods that this module does not
    know.
    """
    name = method.__api_method__
    return name.startswith(REPEATABLE) and name not in CREATING


def _pauses() -> Iterator[float]:
    """Yield the seconds between tries while Telegram fails or can't be reached."""
    return chain((0.2, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0), repeat(30.0))
