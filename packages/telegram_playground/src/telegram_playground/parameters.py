"""Reads the parameters of a Bot API call.

Unless the body is JSON, every parameter is a string; objects and arrays are JSON in that string.
"""

from functools import lru_cache
from types import SimpleNamespace
from typing import Any

from telegram_playground import json_text
from telegram_playground.bodies import MAX_CACHED, check_numbers
from telegram_playground.errors import BadRequestError, WrongValueError
from telegram_playground.schema import METHODS, OBJECTS, UNIONS, Field, parameters_of
from telegram_playground.state import Json, Upload
from telegram_playground.values import MARKUP, scalar, structure

ATTACHED = "attach://"

ABSENT = {
    "chat_id": "chat_id is empty",
    "text": "message text is empty",
    "message_id": "message identifier is not specified",
    "user_id": "invalid user_id specified",
    "action": "wrong parameter action in request",
}
"""Telegram's reason for a missing parameter, by its name."""

OPTIONAL: dict[str, Json] = {"setWebhook": {"url": ""}, "setMyCommands": {"commands": []}}
"""Values of parameters that may be absent, although the documentation requires them."""

WORDS = {
    "reply_markup": "reply keyboard markup",
    "reply_parameters": "reply parameters",
    "link_preview_options": "link preview options",
    "media": "input media",
    "scope": "BotCommandScope",
    "shipping_options": "shipping options",
    "button": "inline query results button",
}
"""What Telegram calls a parameter that is not JSON, if not by its name."""

Parameters = SimpleNamespace
"""The parameters of a call, as attributes: `None` if absent, objects and arrays as JSON."""


def parse_call(method: str, params: Json) -> Parameters:
    """Read the parameters of a call.

    Args:
        method: The method as Telegram spells it.
        params: Parameters by name; empty ones count as absent, as in Telegram.

    Raises:
        BadRequestError: If a parameter is missing or wrong.
    """
    fields = parameters_of(method)
    given = {name: value for name, value in params.items() if value is not None and value != ""}
    files = {name: value for name, value in given.items() if isinstance(value, Upload)}
    read: Json = dict.fromkeys(fields) | OPTIONAL.get(method, {})
    try:
        for name, value in given.items():
            if name in fields:
                read[name] = _read(fields[name], name, value, files)
    except WrongValueError as error:
        reason = str(error)
        raise BadRequestError(reason[0].lower() + reason[1:]) from None
    except RecursionError:
        raise BadRequestError("can't parse JSON object") from None
    for name, field in fields.items():
        if field.required and read[name] is None:
            raise BadRequestError(ABSENT.get(name, f'parameter "{name}" is required'))
    return Parameters(**read)


def _attach(value: object, files: Json) -> object:
    """Replace `attach://<name>` in a parameter by the file (Bot API, Sending files)."""
    match value:
        case str() if value.startswith(ATTACHED):
            return files.get(value.removeprefix(ATTACHED), value)
        case str() if f'"{ATTACHED}' in value:
            try:
                return _attach(json_text.decode(value), files)
            except ValueError:
                return value
        case list():
            return [_attach(item, files) for item in value]
        case dict():
            return {name: _attach(item, files) for name, item in value.items()}
    return value


def _read(field: Field, name: str, value: object, files: Json) -> object:
    if files and ("InputFile" in field.type or _is_structure(field.type)):
        value = _attach(value, files)
    if isinstance(value, Upload):
        # As in Telegram, a file in place of a text counts as absent.
        return value if "InputFile" in field.type else None
    if not _is_structure(field.type):
        return scalar(field.type, value if isinstance(value, str) else _text(value))
    if not isinstance(value, str):
        return _checked(field.type, name, value)
    if name == MARKUP and len(value) < MAX_CACHED:
        return _parsed_markup(field.type, value)
    return _parsed(field.type, name, value)


def _is_structure(type_: str) -> bool:
    first = type_.partition("|")[0]
    return first.startswith("[") or first in OBJECTS or first in UNIONS


def _text(value: object) -> str:
    """Give a value of a JSON body as the text that the server sees."""
    return json_text.encode(value).decode()


def _parsed(type_: str, name: str, text: str) -> Any:  # noqa: ANN401 - any JSON
    try:
        value = json_text.decode(text)
    except ValueError:
        if _is_ignored(name):
            return None
        raise WrongValueError(f"can't parse {WORDS.get(name, name)} JSON object") from None
    check_numbers(name, value)
    return _checked(type_, name, value)


@lru_cache(maxsize=4096)
def _parsed_markup(type_: str, text: str) -> Any:  # noqa: ANN401 - any JSON
    """Read a markup from a string; cached, because bots repeat their keyboards."""
    return _parsed(type_, MARKUP, text)


def _checked(type_: str, name: str, value: object) -> object:
    if _is_ignored(name):
        kinds = str if name == "allowed_updates" else object
        if not (isinstance(value, list) and all(isinstance(item, kinds) for item in value)):
            return None
    return structure(type_, name, value)


def _is_ignored(name: str) -> bool:
    """Whether Telegram ignores the parameter if it is no array."""
    return name.endswith("entities") or name == "allowed_updates"


KNOWN = {name.lower(): name for name in METHODS}
"""Every method of the Bot API by its name in lower case."""
