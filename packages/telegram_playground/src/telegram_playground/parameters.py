"""Turns the parameters of a Bot API call into a method object of aiogram.

Unless the body is JSON, every parameter is a string; objects and arrays are JSON in that string.
"""

from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any, get_args

import orjson
from aiogram.methods import SetMyCommands, SetWebhook, TelegramMethod
from aiogram.types import BufferedInputFile
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from telegram_playground.bodies import MAX_CACHED, check_numbers
from telegram_playground.errors import BadRequestError
from telegram_playground.markups import parse_markup
from telegram_playground.state import Json

MARKUP = "reply_markup"
ATTACHED = "attach://"

ABSENT = {
    "chat_id": "chat_id is empty",
    "text": "message text is empty",
    "message_id": "message identifier is not specified",
    "user_id": "invalid user_id specified",
    "action": "wrong parameter action in request",
}
"""Telegram's reason for a missing parameter, by its name."""

Method = type[TelegramMethod[Any]]

FALLBACKS: dict[Method, Json] = {SetWebhook: {"url": ""}, SetMyCommands: {"commands": []}}
"""Values of parameters that may be absent, although the documentation requires them."""


def parse_call(method: Method, params: Json) -> TelegramMethod[Any]:
    """Make a method object of aiogram from the parameters of a call.

    Args:
        method: The method's class.
        params: Parameters by name; empty ones count as absent, as in Telegram.

    Raises:
        BadRequestError: If a parameter is missing or wrong.
    """
    given = {name: value for name, value in params.items() if value is not None and value != ""}
    files = {name: value for name, value in given.items() if isinstance(value, BufferedInputFile)}
    if files:
        given = {name: _attach(value, files) for name, value in given.items()}
    values = FALLBACKS.get(method, {}) | given
    for name in _structured_fields(method) & values.keys():
        value = values[name]
        if isinstance(value, str):
            parse = _parse_text if len(value) < MAX_CACHED else _parse_text.__wrapped__
            values[name] = parse(method, name, value)
        elif name == MARKUP:
            values[name] = _parse_field(method, name, value)
    try:
        call = method.model_validate(values)
    except ValidationError as error:
        raise _refusal(error) from None
    for name, value in call:
        if isinstance(value, int):
            check_numbers(name, value)
    return call


def _attach(value: object, files: Json) -> object:
    """Replace `attach://<name>` in a parameter by the file (Bot API, Sending files)."""
    match value:
        case str() if value.startswith(ATTACHED):
            return files.get(value.removeprefix(ATTACHED), value)
        case str() if f'"{ATTACHED}' in value:
            try:
                return _attach(orjson.loads(value), files)
            except orjson.JSONDecodeError:
                return value
        case list():
            return [_attach(item, files) for item in value]
        case dict():
            return {name: _attach(item, files) for name, item in value.items()}
    return value


@cache
def _structured_fields(method: Method) -> frozenset[str]:
    """Give the names of the parameters that are objects or arrays."""
    return frozenset(
        name
        for name, field in method.model_fields.items()
        if any(issubclass(leaf, BaseModel | list) for leaf in _classes(field.annotation))
    )


def _classes(annotation: object) -> Iterator[type]:
    origin = getattr(annotation, "__origin__", annotation)
    if isinstance(origin, type):
        yield origin
    for argument in get_args(annotation):
        yield from _classes(argument)


@lru_cache(maxsize=4096)
def _parse_text(method: Method, name: str, text: str) -> object:
    """Read an object or array from a string; cached, because bots repeat their keyboards."""
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise BadRequestError(f"can't parse {name} JSON object") from None
    check_numbers(name, value)
    return _parse_field(method, name, value)


def _parse_field(method: Method, name: str, value: object) -> object:
    if name == MARKUP:
        markup = parse_markup(value)
        if not isinstance(markup, tuple(_classes(method.model_fields[name].annotation))):
            raise BadRequestError("inline keyboard expected")
        return markup
    try:
        return _adapter(method, name).validate_python(value)
    except ValidationError as error:
        raise _refusal(error, name) from None


@cache
def _adapter(method: Method, name: str) -> TypeAdapter[Any]:
    annotation = method.model_fields[name].rebuild_annotation()
    # Annotations contain aiogram's `Default`, a class that pydantic does not know.
    return TypeAdapter(annotation, config=ConfigDict(arbitrary_types_allowed=True))


def _refusal(error: ValidationError, *outer: str) -> BadRequestError:
    first = error.errors(include_url=False, include_input=False)[0]
    steps = (*outer, *first["loc"])
    name, inner = steps[0], steps[1:]
    if first["type"] == "missing" and not inner:
        return BadRequestError(ABSENT.get(str(name), f'parameter "{name}" is required'))
    where = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in inner)
    return BadRequestError(f"can't parse {name}{where}: {first['msg']}")
