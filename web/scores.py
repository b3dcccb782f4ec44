"""Scores that the game's page tells of: checked, taken once, and passed on to Telegram."""

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
"""Taps a second that the page counts at most; people manage about 15."""

PATIENCE = 15
"""Seconds that Telegram has for an answer; less than a claim lasts."""

SHOWN = 10
"""High scores that the page shows."""

AWAY = (
    TelegramRetryAfter,
    TelegramServerError,
    TelegramNetworkError,
    UnreadableResultError,
)
"""What Telegram may do later, or may have done: the same score set again changes nothing."""

NOT_BETTER = "BOT_SCORE_NOT_MODIFIED"
"""How Telegram says that a person has reached as much before."""


class ImplausibleError(Exception):
    """Nobody taps that fast."""


class TakenError(Exception):
    """A score was taken for this ticket already."""


class LaterError(Exception):
    """It can't be told now; the same may be asked again."""


class GoneError(Exception):
    """Telegram knows no such game any more."""


class Scores:
    """Takes scores.

    Args:
        bot: Whose game it is.
        claims: Knows which tickets were used.
    """

    def __init__(self, bot: Bot, claims: Leases) -> None:
        self._bot = bot
        self._claims = claims

    async def take(self, ticket: Ticket, score: int) -> None:
        """Set what a person has reached, if it is more than before (Bot API, setGameScore).

        Raises:
            ImplausibleError: It is more than can be tapped since the game was opened.
            TakenError: The ticket was used.
            LaterError: It is being used at this moment, or Telegram can't be reached.
            GoneError: The game's message is no more.
            AwayError: Redis can't be used.
        """
        if score > 1 + FASTEST * min(time.time() - ticket.opened, ROUND):
            raise ImplausibleError
        match await self._claims.claim(ticket.name):
            case Lease.DONE:
                raise TakenError
            case Lease.BUSY:
                raise LaterError
        try:
            await self._set(ticket, score)
        except (LaterError, GoneError):
            await self._claims.release(ticket.name)
            raise
        # A kill before this line sets the same score again, which changes nothing.
        await self._claims.settle(ticket.name)

    async def best(self, ticket: Ticket) -> list[GameHighScore]:
        """Give the high scores around the person, none where Telegram does not tell."""
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
