"""Calling Telegram with patience."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramAPIError,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)

Result = TypeVar("Result")

PAUSES = (0.2, 1.0, 3.0, 9.0)
"""Seconds between tries while Telegram fails or can't be reached."""

EXPECTED = (
    "message is not modified",
    "query is too old",
    "message to edit not found",
    "message to delete not found",
    "message can't be edited",
    "message can't be deleted",
    "bot was blocked by the user",
)
"""What Telegram refuses in the ordinary course of things: the goal is reached or out of reach."""

log = structlog.get_logger(__name__)


def always() -> bool:
    """Tell that a call is still wanted."""
    return True


async def patiently(
    call: Callable[[], Awaitable[Result]], *, wanted: Callable[[], bool] = always
) -> Result | None:
    """Call Telegram, again when it fails and as late as it asks for.

    Args:
        call: Makes one try.
        wanted: Asked before each further try whether it is still worth it.

    Returns:
        What Telegram gave, or None where it refused or kept failing; that is logged.
    """
    pauses = iter(PAUSES)
    while True:
        try:
            return await call()
        except TelegramRetryAfter as error:
            pause: float | None = error.retry_after
        except (TelegramServerError, TelegramNetworkError, ClientDecodeError) as error:
            pause = next(pauses, None)
            if pause is None:
                # Its name only: a body that is no JSON may hold anything.
                log.warning("telegram_unreachable", error=type(error).__name__)
                return None
        except TelegramAPIError as error:
            expected = any(text in error.message for text in EXPECTED)
            say = log.debug if expected else log.warning
            say("telegram_refused", method=type(error.method).__name__, error=error.message)
            return None
        await asyncio.sleep(pause or 0)
        if not wanted():
            return None
