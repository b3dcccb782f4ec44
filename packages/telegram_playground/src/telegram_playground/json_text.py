"""JSON as bytes: by orjson if it is installed, otherwise by the standard library.

Both read and write the same: UTF-8, no `NaN`, no halves of surrogate pairs.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from typing import Any

try:
    import orjson
except ImportError:
    orjson = None  # type: ignore[assignment]  # the extra "fast"

SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
"""The beginning of an escape that may be half of a pair."""


class Encoded(bytes):
    """JSON that is encoded already; `encode` leaves it as it is."""


def encode(value: object, *, sort_keys: bool = False) -> bytes:
    """Write a value as JSON.

    Args:
        value: Any JSON; also dataclasses, and UTF-8 as bytes.
        sort_keys: Whether to sort the keys of objects.
    """
    if isinstance(value, Encoded):
        return value
    if orjson is not None:
        options = orjson.OPT_NON_STR_KEYS | (orjson.OPT_SORT_KEYS if sort_keys else 0)
        return orjson.dumps(value, default=_plain, option=options)
    text = json.dumps(
        value,
        default=_plain,
        sort_keys=sort_keys,
        ensure_ascii=False,
        allow_nan=False,
        separators=(",", ":"),
    )
    return text.encode()


def decode(text: bytes | str) -> Any:  # noqa: ANN401 - any JSON
    """Read JSON.

    Raises:
        ValueError: If it is not JSON, or not UTF-8.
    """
    if orjson is not None:
        return orjson.loads(text)
    if isinstance(text, bytes):
        text = text.decode()
    try:
        value = json.loads(text, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("too deeply nested") from None
    if SURROGATE.search(text):
        encode(value)  # halves of a pair can't be encoded: UnicodeEncodeError is a ValueError
    return value


def array(items: Iterable[bytes]) -> Encoded:
    """Give an array of values that are encoded already."""
    return Encoded(b"[%b]" % b",".join(items))


def _plain(value: object) -> object:
    """Give what stands for a value that JSON does not have."""
    if isinstance(value, bytes):
        return value.decode()
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    raise TypeError(f"{type(value).__name__} is not JSON")


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")
