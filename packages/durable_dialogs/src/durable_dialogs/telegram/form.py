"""The form that a call of the Bot API sends, built in a fraction of the time that aiogram takes.

The Bot API also reads JSON (Bot API, "Making requests"). But servers that stand in for it may read
forms only, because most bots send those.
"""

from enum import Enum
from typing import Any

import orjson
from aiogram import Bot
from aiogram.client.default import Default
from aiogram.methods import TelegramMethod
from aiogram.types import TelegramObject
from aiohttp import BytesPayload
from yarl import URL

CONTENT_TYPE = "application/x-www-form-urlencoded"


def form_of(bot: Bot, method: TelegramMethod[Any]) -> BytesPayload | None:
    """Return the parameters of a method as a form.

    Args:
        bot: The bot, which knows defaults.
        method: The method.

    Returns:
        None if aiogram must build the form or raise its error, because a parameter has a file, a
        time, a default of the bot or half of a surrogate pair in it.
    """
    try:
        fields = _fields(bot, method)
    except (TypeError, UnicodeEncodeError):
        return None
    # yarl is faster than `urllib.parse.urlencode`, because it quotes in C.
    form = URL.build(query=fields).raw_query_string
    return BytesPayload(form.encode(), content_type=CONTENT_TYPE)


def _fields(bot: Bot, method: TelegramMethod[Any]) -> dict[str, str]:
    """Return the parameters as texts: strings as they are, all else as JSON.

    Raises:
        TypeError: A parameter has something in it that is no JSON.
        UnicodeEncodeError: A text has half of a surrogate pair in it, which yarl would leave out.
    """
    fields = {}
    for name, value in method.model_dump(warnings=False, exclude_none=True).items():
        given = bot.default[value.name] if isinstance(value, Default) else value
        if isinstance(given, Enum):
            given = given.value
        if given is not None and given != "":
            fields[name] = given if isinstance(given, str) else _json(given)
            fields[name].encode()
    return fields


def _json(value: object) -> str:
    # orjson would write a time in a format that the Bot API does not know.
    return orjson.dumps(value, _content, orjson.OPT_PASSTHROUGH_DATETIME).decode()


def _content(value: object) -> dict[str, Any]:
    if isinstance(value, TelegramObject):  # a default of the bot
        return value.model_dump(exclude_none=True)
    raise TypeError(f"{type(value).__name__} is no JSON")
