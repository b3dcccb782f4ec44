"""JSON read into dataclasses by their annotations."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Literal

import pytest

from telegram_playground.annotated import Length, Pattern, Within, read, read_body
from telegram_playground.errors import WrongValueError
from telegram_playground.state import Json


class Kind(StrEnum):
    """A kind of tea."""

    GREEN = "green"
    BLACK = "black"


@dataclass(kw_only=True)
class Cup:
    """A cup of tea."""

    kind: Kind
    size: Annotated[int, Within(1, 3)] = 1


@dataclass(kw_only=True)
class Order:
    """An order."""

    guest: int
    cups: Annotated[list[Cup], Length(0, 2)] = field(default_factory=list)
    first: Cup | None = None
    seats: dict[int, str] = field(default_factory=dict)
    note: bytes = b""
    code: Annotated[str, Pattern("[a-z]+")] | None = None
    way: Literal["here", "away"] = "here"
    wait: float = 0
    hot: bool = True
    more: Json = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.way == "away" and self.cups:
            raise ValueError("cups stay here")


def test_an_object_is_read_with_all_that_is_in_it() -> None:
    order = read(
        Order,
        {
            "guest": 5,
            "cups": [{"kind": "green", "size": 2}],
            "first": {"kind": "black"},
            "seats": {"1": "Ann"},
            "note": "é",
            "code": "tea",
            "wait": 1,
            "hot": False,
            "more": {"a": [None]},
        },
    )
    assert order == Order(
        guest=5,
        cups=[Cup(kind=Kind.GREEN, size=2)],
        first=Cup(kind=Kind.BLACK),
        seats={1: "Ann"},
        note="é".encode(),
        code="tea",
        wait=1.0,
        hot=False,
        more={"a": [None]},
    )


def test_the_texts_of_a_query_are_taken_for_numbers() -> None:
    assert read(Order, {"guest": "-5", "wait": "0.5", "code": None}) == Order(guest=-5, wait=0.5)


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ([], "must be an object"),
        ({}, "guest: is missing"),
        ({"guest": 5, "guset": 5}, "guset: is unknown"),
        ({"guest": "five"}, "guest: must be an integer"),
        ({"guest": True}, "guest: must be an integer"),
        ({"guest": 1.0}, "guest: must be an integer"),
        ({"guest": 1 << 70}, "guest: must be an integer"),
        ({"guest": None}, "guest: must be an integer"),
        ({"guest": 5, "cups": {}}, "cups: must be an array"),
        ({"guest": 5, "cups": [{"kind": "red"}]}, "cups.kind: must be one of green, black"),
        ({"guest": 5, "cups": [{"kind": "green", "size": 4}]}, "cups.size: must be from 1 to 3"),
        (
            {"guest": 5, "cups": [{"kind": "green"}] * 3},
            "cups: must have from 0 to 2 characters or items",
        ),
        ({"guest": 5, "first": []}, "first: must be an object"),
        ({"guest": 5, "seats": {"a": "b"}}, "seats: must be an integer"),
        ({"guest": 5, "code": "Tea\n"}, "code: must match [a-z]+"),
        ({"guest": 5, "way": "up"}, "way: must be one of here, away"),
        ({"guest": 5, "wait": "nan"}, "wait: must be a finite number"),
        ({"guest": 5, "wait": []}, "wait: must be a number"),
        ({"guest": 5, "hot": 1}, "hot: must be true or false"),
        ({"guest": 5, "way": "away", "cups": [{"kind": "green"}]}, "cups stay here"),
    ],
)
def test_a_refusal_names_the_field_and_the_reason(value: object, problem: str) -> None:
    with pytest.raises(WrongValueError) as refused:
        read(Order, value)
    assert str(refused.value) == problem


def test_a_body_that_is_no_json_is_refused() -> None:
    assert read_body(Cup, b'{"kind": "green"}') == Cup(kind=Kind.GREEN)
    with pytest.raises(WrongValueError, match="the body must be a JSON object"):
        read_body(Cup, b"{")
