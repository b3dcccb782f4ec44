"""Answers to presses, for whoever watches all of them at once."""

import itertools

from telegram_playground.callbacks import ANSWERABLE_FOR
from telegram_playground.state import CallbackQuery, Json
from telegram_playground.telegram import Telegram


class PressAnswers:
    """Tells which presses were answered since it was last asked, from half a minute ago on.

    Args:
        telegram: Where buttons are pressed.
    """

    def __init__(self, telegram: Telegram) -> None:
        self._telegram = telegram
        self._latest: str | None = None
        self._open: dict[str, CallbackQuery] = {}

    def take(self) -> list[Json]:
        """The `id` and `answer` of each press that was answered meanwhile."""
        queries = self._telegram.state.queries
        begin = self._telegram.clock.time() - ANSWERABLE_FOR
        for query in itertools.takewhile(
            lambda query: query.id != self._latest and query.pressed_at >= begin,
            reversed(queries.values()),
        ):
            self._open[query.id] = query
        self._latest = next(reversed(queries), None)
        told = [query for query in self._open.values() if query.answer is not None]
        self._open = {
            query.id: query
            for query in self._open.values()
            if query.answer is None and query.pressed_at >= begin
        }
        return [{"id": query.id, "answer": query.answer} for query in told]
