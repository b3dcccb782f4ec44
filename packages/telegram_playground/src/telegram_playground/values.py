"""Reads values of the Bot API's types, by the rules of Telegram's server.

A parameter is a text, of which the server takes what it can: `abc` is the number 0. In objects
and arrays it is strict (`JsonObject` in tdutils, `get_inline_keyboard_button` and so on in
`Client.cpp`): a value of another type is refused with the name of its field.
"""

import math
import re
from functools import cache
from typing import Any

from telegram_playground.errors import WrongValueError
from telegram_playground.schema import OBJECTS, Field, alternatives, fields_of
from telegram_playground.state import Json, Upload

INTEGER = re.compile(r"[-+]?[0-9]+")
STRICT_INTEGER = re.compile(r"[-+]?[0-9]{1,19}")
FLOAT = re.compile(r"[-+]?(?:[0-9]+[.]?[0-9]*|[.][0-9]+)(?:[eE][-+]?[0-9]+)?")
TRUE = frozenset({"true", "yes", "1"})
LARGEST = (1 << 63) - 1

MARKUP = "reply_markup"

MARKUPS = {
    "keyboard": "ReplyKeyboardMarkup",
    "inline_keyboard": "InlineKeyboardMarkup",
    "remove_keyboard": "ReplyKeyboardRemove",
    "force_reply": "ForceReply",
}
"""The kind of a `reply_markup` by the field that marks it; the first one that is set counts."""

SHORT = {"KeyboardButton": "text", "InputPollOption": "text"}
"""Objects that can be given as a string: the value of this field."""

NAMED = {
    "BotCommandScope": "BotCommandScope",
    "BotCommand": "BotCommand",
    "InlineKeyboardButton": "inline keyboard button",
    "InlineQueryResultsButton": "inline query results button",
    "InlineQueryResult": "inline query result",
    "InputMedia": "InputMedia",
    "KeyboardButton": "keyboard button",
    "LabeledPrice": "labeled price",
    "MessageEntity": "MessageEntity",
}
"""The names of objects in refusals, by the beginning of their types; longer beginnings first."""


def scalar(type_: str, text: str) -> object:
    """Read a parameter that is neither an object nor an array; whatever it is, it is read."""
    match type_:
        case "Integer":
            found = INTEGER.match(text.strip())
            return max(-LARGEST, min(int(found[0][:21]), LARGEST)) if found else 0
        case "Float":
            found = FLOAT.match(text.strip())
            number = float(found[0]) if found else 0.0
            return number if math.isfinite(number) else 0.0
        case "Boolean" | "True":
            return text.strip().lower() in TRUE
    return text


def structure(type_: str, name: str, value: object) -> Any:  # noqa: ANN401 - any JSON
    """Read an object or array, or a value in one.

    Args:
        type_: The type, as in `schema`.
        name: The name of the parameter or field, for the refusal.
        value: JSON, in which files that were uploaded are `Upload`.

    Returns:
        The same without unknown and absent fields; `None` for an empty `reply_markup`.

    Raises:
        WrongValueError: If the value is not of that type.
    """
    if name == MARKUP:
        return _markup(type_, value)
    objects, item, plain = _kinds(type_)
    if objects and isinstance(value, dict):
        return _object(type_, objects, value)
    if item and isinstance(value, list):
        return [structure(item, name, each) for each in value]
    if plain and isinstance(value, bool | int | float | str):
        kind = "String" if isinstance(value, str) and "String" in plain else plain[0]
        return PLAIN[kind](name, value)
    if isinstance(value, str) and type_ in SHORT:
        return {SHORT[type_]: value}
    if isinstance(value, Upload) and "InputFile" in alternatives(type_):
        return value
    raise WrongValueError(_expected(type_, name))


@cache
def _kinds(type_: str) -> tuple[list[str], str | None, list[str]]:
    """Give what a type stands for: objects, the type of an array's items, types without parts."""
    kinds = alternatives(type_)
    items = [kind[1:-1] for kind in kinds if kind.startswith("[")]
    plain = [kind for kind in kinds if kind in PLAIN]
    return [kind for kind in kinds if kind in OBJECTS], items[0] if items else None, plain


def _markup(type_: str, value: object) -> Json | None:
    if not isinstance(value, dict):
        raise WrongValueError("Object expected as reply markup")
    field = next((name for name in MARKUPS if value.get(name)), None)
    if field is None:
        return None
    kind = MARKUPS[field]
    if kind not in alternatives(type_):
        raise WrongValueError("inline keyboard expected")
    if field.endswith("keyboard") and isinstance(rows := value[field], list):
        of = f" of the {kind}" if field == "inline_keyboard" else ""
        if not all(isinstance(row, list) for row in rows):
            raise WrongValueError(f'Field "{field}"{of} must be an Array of Arrays')
    return _fields(fields_of(kind), value)


def _object(type_: str, kinds: list[str], value: Json) -> Json:
    try:
        return _fields(fields_of(kind_of(kinds, value)), value)
    except WrongValueError as error:
        named = _named(type_)
        raise WrongValueError(f"can't parse {named}: {error}" if named else str(error)) from None


def kind_of(kinds: list[str], value: Json) -> str:
    """Choose the object that a value is: by its constant fields, then by those that it needs."""
    if len(kinds) == 1:
        return kinds[0]
    fitting = [
        kind
        for kind in kinds
        if all(value.get(n) == f.constant for n, f in fields_of(kind).items() if f.constant)
    ]
    if not fitting:
        constants = [n for n, f in fields_of(kinds[0]).items() if f.constant]
        missing = [name for name in constants if value.get(name) is None]
        raise WrongValueError(
            f'Can\'t find field "{missing[0]}"' if missing else "Unsupported type specified"
        )
    needs = {kind: {n for n, f in fields_of(kind).items() if f.required} for kind in fitting}
    fitting.sort(key=lambda kind: (not needs[kind] <= value.keys(), -len(needs[kind])))
    return fitting[0]


def _fields(fields: dict[str, Field], value: Json) -> Json:
    read: Json = {}
    for name, field in fields.items():
        item = value.get(name)
        if item is None or (name.endswith("entities") and not isinstance(item, list)):
            if field.required:
                raise WrongValueError(f'Can\'t find field "{name}"')
            continue
        read[name] = structure(field.type, name, item)
        if name == MARKUP and read[name] is None:
            del read[name]
    return read


def _string(name: str, value: object) -> str:
    if isinstance(value, bool):
        raise WrongValueError(f'Field "{name}" must be of type String')
    return str(value)


def _integer(name: str, value: Any) -> int:  # noqa: ANN401 - a number or text
    if isinstance(value, bool):
        raise WrongValueError(f'Field "{name}" must be a Number')
    read = int(value) if STRICT_INTEGER.fullmatch(str(value)) else LARGEST + 1
    if abs(read) > LARGEST:
        raise WrongValueError(f'Field "{name}" must be a valid Number')
    return read


def _float(name: str, value: object) -> object:
    if isinstance(value, bool | str):
        raise WrongValueError(f'Field "{name}" must be of type Number')
    return value


def _boolean(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise WrongValueError(f'Field "{name}" must be of type Boolean')
    return value


PLAIN = {
    "String": _string,
    "Integer": _integer,
    "Float": _float,
    "Boolean": _boolean,
    "True": _boolean,
}
"""Reads a value in an object or array that is neither, by its type."""


def _named(type_: str) -> str | None:
    return next((text for start, text in NAMED.items() if type_.startswith(start)), None)


def _expected(type_: str, name: str) -> str:
    kind, named = alternatives(type_)[0], _named(type_)
    if kind.startswith("["):
        return f'Field "{name}" must be of type Array'
    if kind in PLAIN:
        of_type = "a Number" if kind == "Integer" else f"of type {kind}"
        return f'Field "{name}" must be {of_type}'
    if named is None:
        return f'Field "{name}" must be of type Object'
    return f"can't parse {named}: {type_} must be an Object"
