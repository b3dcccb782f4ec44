"""Payloads of links: each decodes to the same link, and all other texts are refused."""

import re
import string
from base64 import urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as some

from db.models import LABEL_MAX, Kind
from signed.deep_links import (
    LINKED,
    CounterLink,
    Link,
    PayloadError,
    TotalsLink,
    WindowLink,
    decode,
    encode,
)
from widgets.command_list import WINDOWS

ALLOWED = string.ascii_letters + string.digits + "_-"

labels = some.none() | some.text(
    some.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=LABEL_MAX
).map(lambda text: " ".join(text.split()) or None)
steps = some.lists(
    some.integers(-1000, 1000).filter(bool), min_size=1, max_size=4, unique=True
).map(tuple)
links = (
    some.sampled_from(sorted(LINKED)).map(WindowLink)
    | some.builds(CounterLink, some.sampled_from([Kind.NUMBERS, Kind.NUMBERS_FAB]), labels)
    | some.builds(CounterLink, some.just(Kind.CUSTOM), labels, steps)
    | some.builds(
        TotalsLink,
        labels,
        some.none() | some.sampled_from(Kind),
        some.none() | some.integers(1, 366),
    )
)


@given(links)
def test_an_encoded_link_decodes_to_the_same_link(link: Link) -> None:
    try:
        payload = encode(link)
    except PayloadError:
        label = getattr(link, "label", None)
        assert label is not None
        assert len(label.encode()) > 46 - 9, "only a long label does not fit"
        return
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", payload)
    assert decode(payload) == link


@given(some.text() | some.text(ALLOWED, max_size=64).map("c-".__add__))
def test_anything_is_read_or_refused(payload: str) -> None:
    try:
        link = decode(payload)
    except PayloadError:
        return
    assert encode(link) == payload


@given(some.sampled_from(["c-", "t-"]), some.binary(max_size=46))
def test_any_bytes_are_read_or_refused(mark: str, content: bytes) -> None:
    payload = mark + urlsafe_b64encode(content).decode().rstrip("=")
    try:
        link = decode(payload)
    except PayloadError:
        return
    assert encode(link) == payload


@pytest.mark.parametrize(
    "payload",
    [
        "",
        "start",
        "refund",
        "stats",
        "c-",
        "t-",
        "x-AA",
        "c-A",
        "c-AB",
        "c-AA==",
        "c-AA\n",
        "c-AP8",
        "c-AAA",
        "c-ACBh",
        "c-AgAA",
        "c-AgPp",
        "c-AwABAAE",
        "t-AAFv",
        "t-CQAA",
        "c-" + "A" * 63,
        "ссылка",
    ],
)
def test_forged_and_broken_payloads_are_refused(payload: str) -> None:
    with pytest.raises(PayloadError):
        decode(payload)


@pytest.mark.parametrize(
    "link",
    [
        WindowLink("refund"),
        CounterLink(label=""),
        CounterLink(label="two  spaces"),
        CounterLink(label="я" * 23),
        CounterLink(Kind.CUSTOM),
        CounterLink(Kind.INLINE),
        CounterLink(steps=(1,)),
        CounterLink(Kind.CUSTOM, steps=(0, 1)),
        CounterLink(Kind.CUSTOM, steps=(1, 1)),
        CounterLink(Kind.CUSTOM, steps=(100_000,)),
        TotalsLink(days=367),
        TotalsLink(days=-1),
    ],
)
def test_a_link_that_is_not_valid_has_no_payload(link: Link) -> None:
    with pytest.raises(PayloadError):
        encode(link)


def test_payloads_keep_their_meaning() -> None:
    """People use links for years, so payloads must not change."""
    assert decode("links") == WindowLink("links")
    assert decode("c-AA") == CounterLink()
    assert decode("c-AXRlYQ") == CounterLink(Kind.NUMBERS_FAB, "tea")
    assert decode("c-BP_2__8AAXRlYQ") == CounterLink(Kind.CUSTOM, "tea", (-10, -1, 1))
    assert decode("t-AQAHdGVh") == TotalsLink("tea", Kind.NUMBERS, 7)


def test_each_command_of_a_link_opens_windows() -> None:
    assert WINDOWS.keys() >= LINKED
