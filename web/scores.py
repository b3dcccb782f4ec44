"""Checks scores from the game's page, takes each once, and sets them at Telegram."""

import time
from functools import partial
from typing import Any

from aiogram import Bot
from aiogram.exceptions import (
    TelegramAPIError,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)
from aiogram.types import GameHighScore

from durable_dialogs import Lease, Leases, UnreadableResultError, ask
from signed.tickets import Ticket

ROUND = 10
"""Seconds of a round."""

FASTEST = 25
"""Largest number of taps a second that the page counts; people manage about 15."""

PATIENCE = 15
"""Seconds to wait for Telegram; less than a lease lasts."""

SHOWN = 10
"""Number of high scores on the page."""

AWAY = (
    TelegramRetryAfter,
    TelegramServerError,
    TelegramNetworkError,
    UnreadableResultError,
)
"""Errors after which to try again. Telegram may have set the score already, but setting the same
score again changes nothing."""

NOT_BETTER = "BOT_SCORE_NOT_MODIFIED"
"""Telegram's error if the person has reached as many points before."""


class ImplausibleError(Exception):
    """The score is higher than a person can tap in that time."""


class TakenError(Exception):
    """The ticket has been used."""


class LaterError(Exception):
    """The score can't be taken now; the page may send it again."""


class GoneError(Exception):
    """Telegram no longer knows the game's message."""


class Scores:
    """Takes scores and reads high scores.

    Args:
        bot: The bot that owns the game.
        leases: Remember which tickets were used.
    """

    def __init__(self, bot: Bot, leases: Leases) -> None:
        self._bot = bot
        self._leases = leases

    async def take(self, ticket: Ticket, score: int) -> None:
        """Set a person's score, if it is higher than before (Bot API, setGameScore).

        Args:
            ticket: The ticket of the round.
            score: The number of taps.

        Raises:
            ImplausibleError: Nobody can tap that often since the game was opened.
            TakenError: The ticket has been used.
            LaterError: Another request is using the ticket, or Telegram can't be reached.
            GoneError: The game's message no longer exists.
            AwayError: Redis can't be used.
        """
        if score > 1 + FASTEST * min(time.time() - ticket.opened, ROUND):
            raise ImplausibleError
        match await self._leases.claim(ticket.name):
            case Lease.DONE:
                raise TakenError
            case Lease.BUSY:
                raise LaterError
        try:
            await self._set(ticket, score)
        except (LaterError, GoneError):
            await self._leases.release(ticket.name)
            raise
        # After a kill before this line, the page sets the same score again: no change.
        await self._leases.settle(ticket.name)

    async def best(self, ticket: Ticket) -> list[GameHighScore]:
        """Give the high scores around the person's, none if Telegram does not answer."""
        call = partial(self._bot.get_game_high_scores, ticket.user_id, **_message(ticket))
        found = await ask(call, within=PATIENCE)
        return (found or [])[:SHOWN]

    async def _set(self, ticket: Ticket, score: int) -> None:
        try:
            await self._bot.set_game_score(
                ticket.user_id, score, **_message(ticket), request_timeout=PATIENCE
            )
        except AWAY as error:
            raise LaterError(type(error).__name__) from error
        except TelegramAPIError as error:
            if NOT_BETTER not in error.message:
                raise GoneError(error.message) from error


def _message(ticket: Ticket) -> dict[str, Any]:
    return {
        "chat_id": ticket.chat_id,
        "message_id": ticket.message_id,
        "inline_message_id": ticket.inline_message_id,
    }
