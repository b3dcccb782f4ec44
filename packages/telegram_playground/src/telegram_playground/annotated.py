"""Reads JSON into dataclasses by their annotations: requests of the persons' side, the journal."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import cache, partial
from types import UnionType
from typing import (
    Annotated,
    Any,
    Literal,
    NamedTuple,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from telegram_playground import json_text
from telegram_playground.errors import WrongValueError
from telegram_playground.state import Json

T = TypeVar("T")
Reader = Callable[[object], Any]
"""Takes JSON and returns the value that it stands for; raises `ValueError` if there is none."""


class Within(NamedTuple):
    """The range of a number, as part of an annotation."""

    least: float
    most: float

    def check(self, value: float) -> None:
        """Refuse a number outside of the range."""
        if not self.least <= value <= self.most:
            to = "" if self.most == math.inf else f" to {self.most}"
            raise ValueError(f"must be from {self.least}{to}")


class Length(NamedTuple):
    """The length of a text or list, as part of an annotation."""

    least: int
    most: int

    def check(self, value: str | list[object]) -> None:
        """Refuse a text or list of another length."""
        if not self.least <= len(value) <= self.most:
            raise ValueError(f"must have from {self.least} to {self.most} characters or items")


class Pattern(NamedTuple):
    """What a text must match as a whole, as part of an annotation."""

    pattern: str

    def check(self, value: str) -> None:
        """Refuse a text that does not match."""
        if not re.fullmatch(self.pattern, value, re.ASCII):
            raise ValueError(f"must match {self.pattern}")


def read(kind: type[T], value: object) -> T:
    """Make an object of a dataclass from JSON.

    Args:
        kind: The dataclass. Its fields have the types of JSON, dataclasses, `StrEnum`, `Literal`,
            `bytes` (UTF-8), and `Within`, `Length` or `Pattern` in `Annotated`.
        value: The JSON; texts are taken for numbers too, because a query string has nothing else.

    Raises:
        WrongValueError: If a field is unknown, missing or wrong; the text begins with its path.
    """
    try:
        return _make(kind, value)
    except ValueError as error:
        raise WrongValueError(str(error)) from None


def read_body(kind: type[T], body: bytes) -> T:
    """Make an object of a dataclass from the JSON of a request.

    Raises:
        WrongValueError: If the body is not JSON, or `read` refuses it.
    """
    try:
        value = json_text.decode(body)
    except ValueError:
        raise WrongValueError("the body must be a JSON object") from None
    return read(kind, value)


def _make(kind: type[T], value: object) -> T:
    if not isinstance(value, Mapping):
        raise ValueError("must be an object")  # noqa: TRY004 - as for any wrong JSON
    readers, needed = _fields(kind)  # type: ignore[arg-type]  # a class is hashable
    for name in needed - value.keys():
        raise WrongValueError(f"{name}: is missing")
    arguments = {}
    for name, item in value.items():
        if name not in readers:
            raise WrongValueError(f"{name}: is unknown")
        try:
            arguments[name] = readers[name](item)
        except WrongValueError as error:
            raise WrongValueError(f"{name}.{error}") from None
        except ValueError as error:
            raise WrongValueError(f"{name}: {error}") from None
    return kind(**arguments)


@cache
def _fields(kind: type[Any]) -> tuple[dict[str, Reader], frozenset[str]]:
    """Give the readers of a dataclass's fields, and the names of those without a default."""
    hints = get_type_hints(kind, include_extras=True)
    needed = [f.name for f in fields(kind) if f.default is f.default_factory is MISSING]
    return {field.name: _reader(hints[field.name]) for field in fields(kind)}, frozenset(needed)


def _reader(annotation: Any) -> Reader:  # noqa: ANN401 - any annotation
    if annotation in PLAIN:
        return PLAIN[annotation]
    if get_origin(annotation) in WITH_PARTS:
        return WITH_PARTS[get_origin(annotation)](*get_args(annotation))
    if isinstance(annotation, type) and is_dataclass(annotation):
        return partial(_make, annotation)
    choose = _choosing(*annotation)
    return lambda value: annotation(choose(value))


def _optional(annotation: object, _none: object) -> Reader:
    inner = _reader(annotation)
    return lambda value: None if value is None else inner(value)


def _list(annotation: object) -> Reader:
    item = _reader(annotation)
    return lambda value: [item(each) for each in _array(value)]


def _dict(*annotations: object) -> Reader:
    key, item = map(_reader, annotations)
    return lambda value: {key(name): item(each) for name, each in _object(value).items()}


def _checking(annotation: object, limit: Within | Length | Pattern) -> Reader:
    reader = _reader(annotation)

    def checked(value: object) -> object:
        read = reader(value)
        limit.check(read)
        return read

    return checked


def _choosing(*allowed: str) -> Reader:
    def chosen(value: object) -> object:
        if value not in allowed:
            raise ValueError(f"must be one of {', '.join(allowed)}")
        return value

    return chosen


def _integer(value: object) -> int:
    if isinstance(value, bool) or not re.fullmatch(r"-?[0-9]{1,19}", str(value), re.ASCII):
        raise ValueError("must be an integer")
    return int(str(value))


def _float(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError("must be a number")  # noqa: TRY004 - as for any wrong JSON
    number = float(value)
    if not math.isfinite(number):
        raise ValueError("must be a finite number")
    return number


def _of_type(kind: type[T], words: str) -> Callable[[object], T]:
    def checked(value: object) -> T:
        if not isinstance(value, kind):
            raise ValueError(f"must be {words}")  # noqa: TRY004 - as for any wrong JSON
        return value

    return checked


_text = _of_type(str, "a text")
_array: Callable[[object], list[Any]] = _of_type(list, "an array")
_object: Callable[[object], dict[str, Any]] = _of_type(dict, "an object")

PLAIN: dict[object, Reader] = {
    int: _integer,
    float: _float,
    str: _text,
    bool: _of_type(bool, "true or false"),
    bytes: lambda value: _text(value).encode(),
    Json: _object,
    Any: lambda value: value,
}
"""Readers by annotation, for the types that have no parts."""

WITH_PARTS: dict[object, Callable[..., Reader]] = {
    Annotated: _checking,
    Literal: _choosing,
    Union: _optional,
    UnionType: _optional,
    dict: _dict,
    list: _list,
}
"""What makes the reader of an annotation from its parts."""
