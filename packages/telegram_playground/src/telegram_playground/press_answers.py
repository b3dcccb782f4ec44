"""The answers to presses, for the page's stream of events."""

import itertools

from telegram_playground.callbacks import ANSWERABLE_FOR
from telegram_playground.state import CallbackQuery, Json
from telegram_playground.telegram import Telegram


class PressAnswers:
    """Collects the answers to the presses of the last 30 seconds.

    Args:
        telegram: The playground's chats.
    """

    def __init__(self, telegram: Telegram) -> None:
        self._telegram = telegram
        self._latest: str | None = None
        self._open: dict[str, CallbackQuery] = {}

    def take(self) -> list[Json]:
        """Give `id` and `answer` of each press that was answered since the last call."""
        queries = self._telegram.state.queries
        begin = self._telegram.clock.time() - ANSWERABLE_FOR
        for query in itertools.takewhile(
            lambda query: query.id != self._latest and query.pressed_at >= begin,
            reversed(queries.values()),
        ):
            self._open[query.id] = query
        self._latest = next(reversed(queries), None)
        answered = [query for query in self._open.values() if query.answer is not None]
        self._open = {
            query.id: query
            for query in self._open.values()
            if query.answer is None and query.pressed_at >= begin
        }
        return [{"id": query.id, "answer": query.answer} for query in answered]
