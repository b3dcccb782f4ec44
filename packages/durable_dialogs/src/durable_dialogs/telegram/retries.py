"""Calling Telegram with patience."""

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

from durable_dialogs.telegram.session import UnreadableResultError
from durable_dialogs.telemetry import telemetry

Result = TypeVar("Result")

PATIENCE = 20.0
"""Seconds that a call is worth trying; a press waits about 30 for its answer."""

READINGS = 6
"""How often a call is made whose result can't be read, if it may be made again."""

CONFIRM = 3.0
"""Seconds after which Telegram is asked again that has refused the token: one 401 alone may be a
server's that has just started, or a proxy's."""

ASKING = 2.0
"""Seconds in which a question is asked again whose answer is not worth waiting for."""

REPEATABLE = ("get", "set", "edit", "delete", "answer")
"""How the names of methods begin that leave the same behind if they are called twice, and
CREATING: those of them that post a message."""
CREATING = frozenset({"answerWebAppQuery", "answerGuestQuery"})

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
"""What Telegram refuses in the ordinary course of things: the goal is reached or out of reach."""

log = structlog.get_logger(__name__)


def always() -> bool:
    """Tell that a call is still wanted."""
    return True


async def patiently(
    call: Callable[[], Awaitable[Result]],
    *,
    within: float = PATIENCE,
    wanted: Callable[[], bool] = always,
    raising: tuple[type[TelegramAPIError], ...] = (),
) -> Result | None:
    """Call Telegram, again when it fails and as late as it asks for.

    If Telegram did what was called but its result can't be read, the call is made again only
    if that does no harm, and a few times only.

    Args:
        call: Makes one try.
        within: Seconds after which no further try is begun.
        wanted: Asked before each further try whether it is still worth it.
        raising: What is the caller's to handle, and raised.

    Returns:
        What Telegram gave, or None where it refused, kept failing, or gave what can't be read;
        that is logged.
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
        except (TelegramServerError, TelegramNetworkError, TelegramUnauthorizedError) as error:
            # If the token was revoked, whatever has updates come ends the bot.
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
            log.warning("telegram_unreachable", error=type(failure).__name__)
            return None
        await asyncio.sleep(pause)
        if not wanted():
            return None


async def confirmed(call: Callable[[], Awaitable[Result]]) -> Result:
    """Call Telegram, and believe that the token is refused only if it is twice in a row.

    Args:
        call: Makes one try.

    Raises:
        TelegramUnauthorizedError: Both tries were refused with 401.
        TelegramAPIError: Whatever else a try raises.
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
    """Ask Telegram for something that the caller has an answer of its own for if it is not known.

    Args:
        call: Makes one try.
        within: Seconds that all tries may take together.
        raising: What is the caller's to handle, and raised.

    Returns:
        What Telegram gave, or None where it refused, could not be reached or gave what can't be
        read; that is logged.
    """
    try:
        async with asyncio.timeout(within):
            return await patiently(call, within=min(within, ASKING), raising=raising)
    except TimeoutError:
        telemetry.telegram_failed("away")
        log.warning("telegram_unreachable", error="TimeoutError")
        return None


def may_repeat(method: TelegramMethod[Any]) -> bool:
    """Tell whether a method may be called again that was done: it sends nothing a second time.

    What is not known to do so is not called again: methods that send, copy or forward, give money
    back, or are new.
    """
    name = method.__api_method__
    return name.startswith(REPEATABLE) and name not in CREATING


def _pauses() -> Iterator[float]:
    """Give the seconds between tries while Telegram fails or can't be reached."""
    return chain((0.2, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0), repeat(30.0))
