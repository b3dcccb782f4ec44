"""Inline mode from the persons' side: inline queries, and sending their results."""

import secrets
from dataclasses import dataclass
from typing import Annotated

from telegram_playground.annotated import Length
from telegram_playground.control_requests import Seconds
from telegram_playground.errors import ControlError
from telegram_playground.persons import check_writing
from telegram_playground.privacy_mode import tell_bot
from telegram_playground.state import Chat, InlineQuery, Json, Message, Person
from telegram_playground.telegram import Telegram

MAX_QUERY = 256
"""Characters of a query (Bot API, InlineQuery)."""

REMEMBERED = 1_000
"""The number of queries that are kept, so that their results can be chosen or reused."""


@dataclass(kw_only=True)
class Asking:
    """An inline query.

    Attributes:
        person: The id of the person.
        query: The text after the bot's name.
        offset: The `next_offset` of the answer to continue; empty at first.
        wait: Seconds to wait for the bot's answer.
        chat_type: The kind of chat: `sender` (the chat with the bot), `private`, `group`,
            `supergroup`, ...
    """

    person: int
    query: Annotated[str, Length(0, MAX_QUERY)] = ""
    offset: str = ""
    chat_type: str | None = None
    wait: Seconds = 10.0


@dataclass(kw_only=True)
class Choice:
    """A result of an inline query that a person sends to a chat."""

    person: int
    query_id: str
    result_id: str
    chat: int
    topic: int | None = None


def ask(telegram: Telegram, asking: Asking) -> InlineQuery:
    """Send an inline query to the bot, or reuse an equal query whose answer is still valid.

    Returns:
        The query, whose `answer` is set once the bot answers.

    Raises:
        ControlError: If inline mode is off.
    """
    state, now = telegram.state, telegram.clock.time()
    if not state.abilities["supports_inline_queries"]:
        raise ControlError('inline mode is off: PATCH /control/bot with {"inline": true}')
    person = telegram.person(asking.person)
    remembered = _remembered(telegram, asking)
    if remembered is not None:
        return remembered
    query_id = str(secrets.randbits(62))
    query = InlineQuery(query_id, asking.person, asking.query, asking.offset, now)
    state.inline_queries[query.id] = query
    while len(state.inline_queries) > REMEMBERED:
        del state.inline_queries[next(iter(state.inline_queries))]
    content: Json = {"id": query.id, "from": person.user, "query": query.query}
    content["offset"] = query.offset
    if asking.chat_type:
        content["chat_type"] = asking.chat_type
    telegram.queue.push("inline_query", content, asking.person)
    return query


def choose(telegram: Telegram, choice: Choice) -> tuple[Chat, Message]:
    """Send one of the bot's results to a chat, as a person.

    Raises:
        ControlError: If there is no such result, or the person can't write there.
    """
    person = telegram.person(choice.person)
    chat = telegram.chat_of_persons(choice.chat)
    check_writing(telegram, chat, person)
    if choice.topic is not None and choice.topic not in chat.topics:
        raise ControlError(f"there is no topic {choice.topic}", 404)
    query = telegram.state.inline_queries.get(choice.query_id)
    contents = query.answer.contents if query is not None and query.answer is not None else {}
    if query is None or choice.result_id not in contents:
        raise ControlError(f"there is no result {choice.result_id!r}", 404)
    message = post_via_bot(telegram, chat, person, contents[choice.result_id], choice.topic)
    if telegram.state.inline_feedback:
        content = {"result_id": choice.result_id, "from": person.user, "query": query.query}
        if message.inline_id is not None:
            content["inline_message_id"] = message.inline_id
        telegram.queue.push("chosen_inline_result", content, choice.person)
    return chat, message


def post_via_bot(
    telegram: Telegram, chat: Chat, person: Person, content: Json, topic: int | None = None
) -> Message:
    """Post a message of a person via the bot; `content` is its fields."""
    head: Json = {"from": person.user, "via_bot": telegram.state.bot}
    if topic is not None:
        head |= {"message_thread_id": topic, "is_topic_message": True}
    message = telegram.post(chat, Message(head | content, person.user["id"]))
    if "reply_markup" in content:
        # The bot gets an id only of a message with a keyboard (Bot API, ChosenInlineResult).
        message.inline_id = secrets.token_urlsafe(18)
        telegram.state.inline_messages[message.inline_id] = (chat.id, message.id)
        telegram.touch(chat, message)
    tell_bot(telegram, chat, message)
    return message


def _remembered(telegram: Telegram, asking: Asking) -> InlineQuery | None:
    """Find the latest equal query whose answer is still cached (answerInlineQuery)."""
    now = telegram.clock.time()

    def counts(query: InlineQuery) -> bool:
        return (
            query.answer is not None
            and now < query.answer.valid_until
            and (query.query, query.offset) == (asking.query, asking.offset)
            and (query.user_id == asking.person or not query.answer.is_personal)
        )

    return next(filter(counts, reversed(telegram.state.inline_queries.values())), None)
