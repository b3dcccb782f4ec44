"""Topics: of a forum or a private chat, and of a channel's direct messages.

The Bot API has a field for each kind (`message_thread_id`, `direct_messages_topic_id`). The engine
uses one number for both, also in the keys of records. For a channel's direct messages that number
is negative.
"""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, cast

import structlog
from aiogram import Bot
from aiogram.client.session.middlewares.base import (
    BaseRequestMiddleware,
    NextRequestMiddlewareType,
)
from aiogram.dispatcher.event.bases import NextMiddlewareType
from aiogram.exceptions import TelegramAPIError, TelegramBadRequest, TelegramForbiddenError
from aiogram.methods import Response, TelegramMethod
from aiogram.methods.base import TelegramType
from aiogram.types import Message, TelegramObject, Update
from typing_extensions import override

TOPIC_REFUSALS = (
    "message thread not found",
    "TOPIC_CLOSED",
    "TOPIC_DELETED",
    "TOPIC_ID_INVALID",
)
"""Parts of Telegram's errors if a message is refused because its topic is gone or closed."""

CHAT_REFUSALS = (
    "not enough rights to send",
    "have no rights to send",
    "need administrator rights",
    "CHAT_WRITE_FORBIDDEN",
    "CHAT_RESTRICTED",
    "CHAT_SEND_",
)
"""Parts of Telegram's errors if a message is refused because the bot may not write in its chat."""

Result = TypeVar("Result")

log = structlog.get_logger(__name__)


class Topics(BaseRequestMiddleware):
    """A middleware of the session that moves a method's topic to the field of its kind."""

    @override
    async def __call__(
        self,
        make_request: NextRequestMiddlewareType[TelegramType],
        bot: Bot,
        method: TelegramMethod[TelegramType],
    ) -> Response[TelegramType]:
        topic = getattr(method, "message_thread_id", None)
        if topic is not None and topic < 0:
            # sendGame has no such field, so a game can't be sent there.
            fields = {"message_thread_id": None, "direct_messages_topic_id": -topic}
            known = type(method).model_fields.keys() & fields.keys()
            method = method.model_copy(update={name: fields[name] for name in known})
        return await make_request(bot, method)


async def name_topic(
    handler: NextMiddlewareType[TelegramObject], event: TelegramObject, data: dict[str, Any]
) -> object:
    """A middleware of updates that gives a channel's direct message the engine's topic number."""
    update = cast("Update", event)
    message, query = update.message, update.callback_query
    if message and message.direct_messages_topic:
        named = _named(message)
        data["event_thread_id"] = named.message_thread_id
        update = update.model_copy(update={"message": named})
    elif query and isinstance(query.message, Message) and query.message.direct_messages_topic:
        named = _named(query.message)
        data["event_thread_id"] = named.message_thread_id
        query = query.model_copy(update={"message": named})
        update = update.model_copy(update={"callback_query": query})
    return await handler(update, data)


def _named(message: Message) -> Message:
    topic = message.direct_messages_topic
    number = -topic.topic_id if topic else None
    update = {"message_thread_id": number, "is_topic_message": True}
    return message.model_copy(update=update)


def is_topic_refused(error: TelegramAPIError) -> bool:
    """Return whether Telegram refused a message for its topic, so that another topic may do."""
    return isinstance(error, TelegramBadRequest) and _says(error, TOPIC_REFUSALS)


def is_location_refused(error: TelegramAPIError) -> bool:
    """Return whether Telegram refused a message for its topic or its chat."""
    if isinstance(error, TelegramForbiddenError):
        return True
    return isinstance(error, TelegramBadRequest) and _says(error, TOPIC_REFUSALS + CHAT_REFUSALS)


def _says(error: TelegramAPIError, words: tuple[str, ...]) -> bool:
    return any(each in error.message for each in words)


async def in_a_topic(
    send: Callable[[int | None], Awaitable[Result]], *topics: int | None
) -> tuple[Result, int | None]:
    """Send something to the first topic that is neither gone nor closed.

    Args:
        send: Sends it to a topic, None for the chat itself, which is a forum's General topic.
        topics: The topics to try, in order. The chat itself always comes last.

    Returns:
        The result of `send`, and the topic that it was sent to.

    Raises:
        TelegramAPIError: Telegram refuses it for another reason, or in all topics.
    """
    *first, last = dict.fromkeys((*topics, None))
    for topic in first:
        try:
            return await send(topic), topic
        except TelegramBadRequest as error:
            if not is_topic_refused(error):
                raise
            log.info("topic_refused", error=error.message)
    return await send(last), last


async def call(bot: Bot, method: TelegramMethod[Result], seconds: int | None = None) -> Result:
    """Call a method; a message whose topic is gone or closed goes to the chat itself.

    Args:
        bot: The bot.
        method: The method.
        seconds: Seconds that the call may take, None for the session's default.

    Raises:
        TelegramAPIError: Telegram refuses, or can't be reached.
    """
    topic = getattr(method, "message_thread_id", None)
    if topic is None:
        return await bot(method, request_timeout=seconds)

    async def send(other: int | None) -> Result:
        changes: dict[str, Any] = {"message_thread_id": other}
        if other != topic and hasattr(method, "reply_parameters"):
            # Telegram puts a reply into the topic of the replied message, whatever topic is given.
            changes["reply_parameters"] = None
        return await bot(method.model_copy(update=changes), request_timeout=seconds)

    result, _ = await in_a_topic(send, topic)
    return result
