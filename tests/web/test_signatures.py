"""Signatures of the pages: Telegram's logins by a fixed vector, and sessions."""

import pytest
from multidict import MultiDict

from durable_dialogs.telegram.clock import TelegramClock
from web.freshness import Freshness
from web.login_page import Site
from web.session import DAY, Sessions
from web.signed_login import LoginError, Visitor, read_login

TOKEN = "1234567:playground"
FRESHNESS = Freshness(TelegramClock())
NOW = 1_700_000_000
LOGIN = {
    "id": "1000001",
    "first_name": "Ann & <Bob>",
    "username": "ann",
    "photo_url": "https://t.me/i/userpic/320/a.jpg",
    "auth_date": str(NOW),
    # openssl dgst -sha256 -mac HMAC -macopt hexkey:$(sha256 of the token), on the sorted lines
    "hash": "c9054b8338fcc919200ae30d613224d19b868e4636f1706d4c02d81ce1a2a167",
}
ANN = Visitor(id=1000001, name="Ann & <Bob>", username="ann")


def test_a_login_signed_by_openssl_is_accepted() -> None:
    assert read_login(MultiDict(LOGIN), TOKEN, NOW, FRESHNESS) == ANN


@pytest.mark.parametrize("name", LOGIN)
def test_every_field_is_signed(name: str) -> None:
    with pytest.raises(LoginError, match="login-forged"):
        read_login(
            MultiDict({**LOGIN, name: LOGIN[name][:-1] + "4"}),
            TOKEN,
            NOW,
            FRESHNESS,
        )


def test_a_session_lasts_a_day() -> None:
    sessions = Sessions(TOKEN)
    cookie = sessions.begin(ANN, NOW)
    assert sessions.find(cookie, NOW + DAY - 1) == ANN
    assert sessions.find(cookie, NOW + DAY) is None


def test_every_worker_of_a_bot_knows_its_sessions_and_another_bot_does_not() -> None:
    cookie = Sessions(TOKEN).begin(ANN, NOW)
    assert Sessions(TOKEN).find(cookie, NOW) == ANN
    assert Sessions(f"{TOKEN}2").find(cookie, NOW) is None


@pytest.mark.parametrize(
    ("address", "path", "is_secure"),
    [
        ("https://example.org", "/", True),
        ("https://example.org/tally", "/tally", True),
        ("http://example.org/tally", "/tally", False),
        (None, "/", False),
    ],
)
def test_a_session_is_for_what_lies_below_the_public_address(
    address: str | None, path: str, *, is_secure: bool
) -> None:
    site = Site(address, "tally_bot", "https://t.me/tally_bot")
    assert (site.path, site.is_secure) == (path, is_secure)
