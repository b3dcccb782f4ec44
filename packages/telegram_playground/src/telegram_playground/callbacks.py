"""answerCallbackQuery."""

from urllib.parse import parse_qs

from aiogram.methods import AnswerCallbackQuery

from telegram_playground.errors import BadRequestError
from telegram_playground.links import split
from telegram_playground.state import CallbackQuery
from telegram_playground.telegram import ANY_CHAT, Telegram

ANSWERABLE_FOR = 30
"""Seconds after which a person's client gives up waiting, and an answer comes too late."""

MAX_TEXT = 200
"""Characters of an answer's text (Bot API, answerCallbackQuery)."""

MAX_CACHE_TIME = 2_592_000
"""Seconds for which an answer can be remembered; larger values count as this."""

TOO_OLD = "query is too old and response timeout expired or query ID is invalid"


def answer_callback_query(telegram: Telegram, call: AnswerCallbackQuery) -> bool:
    """End a button's spinner, with a notice, an alert or a link (answerCallbackQuery)."""
    query = telegram.state.queries.get(call.callback_query_id)
    if query is None or query.answer is not None or _is_late(telegram, query):
        raise BadRequestError(TOO_OLD)
    if len(call.text or "") > MAX_TEXT:
        raise BadRequestError("MESSAGE_TOO_LONG")
    if call.url and not (_is_page(call.url) if query.is_game else _is_own_link(telegram, call.url)):
        raise BadRequestError("URL_INVALID")
    query.answer = {
        "text": call.text or None,
        "show_alert": bool(call.show_alert),
        "url": call.url or None,
        "cache_time": min(max(call.cache_time or 0, 0), MAX_CACHE_TIME),
    }
    telegram.state.note("query", query.id)
    telegram.signals.notify(query.id)
    telegram.signals.notify(ANY_CHAT)
    return True


def _is_late(telegram: Telegram, query: CallbackQuery) -> bool:
    return telegram.clock.time() > query.pressed_at + ANSWERABLE_FOR


def _is_page(url: str) -> bool:
    """A game is a page of the bot's, of any address."""
    parts = split(url)
    return parts is not None and parts.scheme in {"http", "https"} and bool(parts.hostname)


def _is_own_link(telegram: Telegram, url: str) -> bool:
    """A button with data may open the bot with a `start` parameter, and nothing else."""
    parts = split(url)
    username = telegram.state.bot["username"].lower()
    return (
        parts is not None
        and parts.scheme in {"http", "https"}
        and (parts.hostname or "") in {"t.me", "telegram.me"}
        and parts.path.strip("/").lower() == username
        and "start" in parse_qs(parts.query, keep_blank_values=True)
    )
