"""JSON with orjson and without it: both read, refuse and write the same."""

from dataclasses import dataclass
from enum import StrEnum

import pytest

from telegram_playground import json_text
from telegram_playground.json_text import Encoded, array, decode, encode


@pytest.fixture(params=["orjson", "the standard library"], autouse=True)
def library(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run each test with both libraries."""
    if request.param == "orjson":
        pytest.importorskip("orjson")
    else:
        monkeypatch.setattr(json_text, "orjson", None)


class Role(StrEnum):
    """A role."""

    OWNER = "owner"


@dataclass(slots=True)
class Guest:
    """A guest."""

    name: str
    role: Role
    seats: dict[int, bytes]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b'{"a": [1, 2.5, null, true, "\\u00e9"]}', {"a": [1, 2.5, None, True, "é"]}),
        ('"\\ud83c\\udf75"', "🍵"),
        (b"-9223372036854775808", -(1 << 63)),
        (b'{"a": 1, "a": 2}', {"a": 2}),
    ],
)
def test_json_is_read(text: bytes | str, value: object) -> None:
    assert decode(text) == value


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[1",
        b"NaN",
        b"-Infinity",
        b'"\xff"',
        b'"\x01"',
        b'"\\ud800"',
        b'["\\udf75\\ud83c"]',
        b"\xef\xbb\xbf{}",
        '{"a": 1}'.encode("utf-16"),
        b"[" * 100_000 + b"]" * 100_000,
    ],
    ids=lambda text: repr(text[:20]),
)
def test_what_is_no_json_is_refused(text: bytes) -> None:
    with pytest.raises(ValueError, match=r".*"):
        decode(text)


def test_dataclasses_and_bytes_are_written() -> None:
    guest = Guest("Ann ☕", Role.OWNER, {1: b"tea"})
    assert encode([guest]) == '[{"name":"Ann ☕","role":"owner","seats":{"1":"tea"}}]'.encode()


def test_keys_can_be_sorted() -> None:
    assert encode({"b": 1, "a": {"d": 1, "c": 2}}, sort_keys=True) == b'{"a":{"c":2,"d":1},"b":1}'


def test_what_is_encoded_already_stays_as_it_is() -> None:
    assert encode(Encoded(b"[1]")) == b"[1]"
    assert array([b"1", b'{"a":\xff}']) == b'[1,{"a":\xff}]'


def test_what_has_no_json_is_an_error() -> None:
    with pytest.raises(TypeError):
        encode(object())
