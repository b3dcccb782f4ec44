"""Signed contents: a fixed vector, and changed ones are refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signed.seals import ForgedError, Seal, StaleError

TOKEN = "1234567:playground"
NOW = 1_700_000_000
SEALED = Seal(TOKEN, "tests").close({"id": 7, "name": "Ann & <Bob>"}, NOW)


def test_the_signature_is_an_hmac_of_a_key_for_this_purpose() -> None:
    # key: openssl dgst -sha256 -mac HMAC -macopt key:1234567:playground, on "tally tests"
    # signature: the same with that key, on the first part; then base64 without padding
    payload, _, signature = SEALED.partition(".")
    assert payload == "eyJpZCI6NywibmFtZSI6IkFubiAmIDxCb2I-IiwidW50aWwiOjE3MDAwMDAwMDB9"
    assert signature == "n0zXLboJ4h4FIpHVUHJIeoZE_4sJQjGLFH572cdLLUA"


def test_a_content_expires_at_its_second() -> None:
    assert Seal(TOKEN, "tests").open(SEALED, NOW - 1) == {"id": 7, "name": "Ann & <Bob>"}
    with pytest.raises(StaleError):
        Seal(TOKEN, "tests").open(SEALED, NOW)


@pytest.mark.parametrize(("token", "purpose"), [(f"{TOKEN}2", "tests"), (TOKEN, "test")])
def test_a_content_of_another_bot_or_purpose_is_refused(token: str, purpose: str) -> None:
    with pytest.raises(ForgedError):
        Seal(token, purpose).open(SEALED, 0)


@given(st.text() | st.integers(0, len(SEALED) - 1).map(lambda at: SEALED[:at] + SEALED[at + 1 :]))
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(ForgedError):
        Seal(TOKEN, "tests").open(text, 0)
