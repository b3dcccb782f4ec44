"""answerCallbackQuery."""

from urllib.parse import parse_qs

from telegram_playground.errors import BadRequestError
from telegram_playground.links import split
from telegram_playground.parameters import Parameters
from telegram_playground.state import CallbackQuery
from telegram_playground.telegram import ANY_CHAT, Telegram

ANSWERABLE_FOR = 30
"""Seconds after a press for which it can be answered."""

MAX_TEXT = 200
"""Characters of an answer's text (Bot API, answerCallbackQuery)."""

MAX_CACHE_TIME = 2_592_000
"""The longest `cache_time` in seconds; larger values are cut to it."""

TOO_OLD = "query is too old and response timeout expired or query ID is invalid"


def answer_callback_query(telegram: Telegram, call: Parameters) -> bool:
    """Answer a press with a notice, an alert, a link or nothing (answerCallbackQuery)."""
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
    """Whether a game may open this address: any http or https page."""
    parts = split(url)
    return parts is not None and parts.scheme in {"http", "https"} and bool(parts.hostname)


def _is_own_link(telegram: Telegram, url: str) -> bool:
    """Whether the answer to a callback button may open it: only a `?start` link to the bot."""
    parts = split(url)
    username = telegram.state.bot["username"].lower()
    return (
        parts is not None
        and parts.scheme in {"http", "https"}
        and (parts.hostname or "") in {"t.me", "telegram.me"}
        and parts.path.strip("/").lower() == username
        and "start" in parse_qs(parts.query, keep_blank_values=True)
    )
