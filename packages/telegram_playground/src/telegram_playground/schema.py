"""The Bot API as data: its methods and objects, with the types of their fields.

`schema.json` is written by `tools/bot_api_schema.py` from Telegram's documentation. A type is a
string: `Integer`, `Float`, `Boolean`, `True`, `String`, `InputFile` or the name of an object;
`[X]` is an array of X, `X|Y` is either, `=x` is the constant string "x", and `?` at the end marks
a field that may be absent.
"""

import json
from functools import cache
from pathlib import Path
from typing import NamedTuple

_DATA = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))

VERSION: str = _DATA["version"]
"""The version of the Bot API, such as `10.3`."""

METHODS: dict[str, dict[str, str]] = _DATA["methods"]
"""The methods by name: the type of each parameter."""

OBJECTS: dict[str, dict[str, str]] = _DATA["objects"]
"""The objects by name: the type of each field."""

UNIONS: dict[str, list[str]] = _DATA["unions"]
"""Types that are one of several objects, by name: the types of these."""

REPLACED = {
    "reply_parameters": {
        "reply_to_message_id": "Integer?",
        "allow_sending_without_reply": "Boolean?",
    },
    "correct_option_ids": {"correct_option_id": "Integer?"},
}
"""Parameters that Telegram has replaced but still takes, by the parameter that replaced them."""


class Field(NamedTuple):
    """A parameter of a method, or a field of an object.

    Attributes:
        type: Its type.
        required: Whether it must be given.
        constant: The only value that it can have, or `None`.
    """

    type: str
    required: bool
    constant: str | None


@cache
def parameters_of(method: str) -> dict[str, Field]:
    """Give the parameters of a method, with those that Telegram has replaced but still takes."""
    written = METHODS[method]
    for name in written.keys() & REPLACED:
        written = written | REPLACED[name]
    return {name: _field(type_) for name, type_ in written.items()}


@cache
def fields_of(name: str) -> dict[str, Field]:
    """Give the fields of an object."""
    return {field: _field(type_) for field, type_ in OBJECTS[name].items()}


@cache
def alternatives(type_: str) -> tuple[str, ...]:
    """Give the types that a type stands for; an array stays as it is: `[X|Y]`."""
    parts, depth = [""], 0
    for letter in type_:
        depth += {"[": 1, "]": -1}.get(letter, 0)
        if letter == "|" and not depth:
            parts.append("")
        else:
            parts[-1] += letter
    return tuple(member for part in parts for member in UNIONS.get(part, [part]))


def _field(type_: str) -> Field:
    constant = type_.removeprefix("=") if type_.startswith("=") else None
    kind = "String" if constant is not None else type_.removesuffix("?")
    return Field(kind, not type_.endswith("?"), constant)
