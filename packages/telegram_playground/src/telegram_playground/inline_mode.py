"""Inline mode from the bot's side: answerInlineQuery, and answerWebAppQuery."""

from telegram_playground.callbacks import TOO_OLD
from telegram_playground.errors import BadRequestError
from telegram_playground.inline_choices import post_via_bot
from telegram_playground.inline_results import result_content
from telegram_playground.parameters import Parameters
from telegram_playground.state import InlineAnswer, Json
from telegram_playground.telegram import Telegram

MAX_RESULTS = 50
"""Results in an answer (Bot API, answerInlineQuery)."""

MAX_ID = 64
"""Bytes of a result's id and of an offset (Bot API, answerInlineQuery)."""

CACHE_TIME = 300
"""Seconds for which an answer is cached by default (Bot API, answerInlineQuery)."""

WAITS_FOR = 30
"""Seconds after a query for which it can be answered."""


def answer_inline_query(telegram: Telegram, call: Parameters) -> bool:
    """Answer an inline query with results (answerInlineQuery)."""
    now = telegram.clock.time()
    query = telegram.state.inline_queries.get(call.inline_query_id)
    if query is None or query.answer is not None or now > query.asked_at + WAITS_FOR:
        raise BadRequestError(TOO_OLD)
    if len(call.results) > MAX_RESULTS:
        raise BadRequestError("RESULTS_TOO_MUCH")
    if len((call.next_offset or "").encode()) > MAX_ID:
        raise BadRequestError("NEXT_OFFSET_INVALID")
    answer = InlineAnswer(next_offset=call.next_offset or "")
    for result in call.results:
        _check_id(result["id"], answer)
        answer.contents[result["id"]] = result_content(telegram, result)
        answer.results.append(result)
    answer.button = call.button
    seconds = CACHE_TIME if call.cache_time is None else max(call.cache_time, 0)
    answer.valid_until, answer.is_personal = now + seconds, bool(call.is_personal)
    query.answer = answer
    telegram.signals.notify(query.id)
    return True


def answer_web_app_query(telegram: Telegram, call: Parameters) -> Json:
    """Send a message as the person who uses a Mini App (answerWebAppQuery)."""
    user_id = telegram.state.web_app_queries.get(call.web_app_query_id)
    if user_id is None:
        raise BadRequestError(TOO_OLD)
    content = result_content(telegram, call.result)
    del telegram.state.web_app_queries[call.web_app_query_id]
    telegram.state.note("settings")
    chat, person = telegram.state.chats[user_id], telegram.person(user_id)
    message = post_via_bot(telegram, chat, person, content)
    return {"inline_message_id": message.inline_id} if message.inline_id else {}


def _check_id(result_id: str, answer: InlineAnswer) -> None:
    if not result_id:
        raise BadRequestError("RESULT_ID_EMPTY")
    if len(result_id.encode()) > MAX_ID:
        raise BadRequestError("RESULT_ID_INVALID")
    if result_id in answer.contents:
        raise BadRequestError("RESULT_ID_DUPLICATE")
