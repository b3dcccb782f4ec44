"""Finds out who sends an API request of a Mini App.

The `Authorization` header of each request is `tma` and the Mini App's initData, which Telegram has
signed, or `pass` and a pass, which the bot has signed.
"""

import time
from dataclasses import dataclass
from datetime import UTC, tzinfo
from http import HTTPStatus

from aiogram.utils.web_app import check_webapp_signature, parse_webapp_init_data

from signed.passes import Passes
from signed.seals import ForgedError, StaleError
from web.freshness import ClockError, Freshness, TooOldError

MAX_AGE = 24 * 60 * 60
"""Seconds that initData is valid. Telegram creates it each time that a person opens the page, so
this limits how long a page may stay open, and how long stolen initData can be used."""


class RefusedError(Exception):
    """A request is refused.

    Args:
        status: The HTTP status of the answer.
        reason: A key of `web.totals_texts.REASONS`, which programs can read as well.
    """

    def __init__(self, status: HTTPStatus, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Viewer:
    """A person who has opened the page.

    Attributes:
        id: Their Telegram id.
        language: The language of their client, an IETF tag; None if unknown.
        zone: Their time zone.
        payload: The payload of the link that has opened the page, "" if there was none. Anybody
            can write one, so it must be checked.
    """

    id: int
    language: str | None
    zone: tzinfo = UTC
    payload: str = ""


class Viewers:
    """Finds out who sends a request.

    Args:
        token: The bot's token.
        passes: Reads passes.
        freshness: Checks the age of initData.
    """

    def __init__(self, token: str, passes: Passes, freshness: Freshness) -> None:
        self._token = token
        self._passes = passes
        self._freshness = freshness

    def recognise(self, authorization: str) -> Viewer:
        """Give the person who sends a request.

        Args:
            authorization: The `Authorization` header.

        Raises:
            RefusedError: The header is missing, malformed, forged or too old.
        """
        scheme, _, proof = authorization.partition(" ")
        if not proof or scheme not in {"tma", "pass"}:
            raise RefusedError(HTTPStatus.UNAUTHORIZED, "unknown")
        return self._by_init_data(proof) if scheme == "tma" else self._by_pass(proof)

    def _by_init_data(self, init_data: str) -> Viewer:
        """Check https://core.telegram.org/bots/webapps#validating-data-received-via-the-mini-app."""
        try:
            signed = check_webapp_signature(self._token, init_data)
        except (TypeError, ValueError):  # the hash or a field is not valid text
            signed = False
        if not signed:
            raise RefusedError(HTTPStatus.FORBIDDEN, "forged")
        try:
            parsed = parse_webapp_init_data(init_data)
        except ValueError:
            raise RefusedError(HTTPStatus.BAD_REQUEST, "incomplete") from None
        if parsed.user is None:
            raise RefusedError(HTTPStatus.BAD_REQUEST, "incomplete")
        try:
            self._freshness.check("init_data", parsed.auth_date.timestamp(), time.time(), MAX_AGE)
        except TooOldError:
            raise RefusedError(HTTPStatus.UNAUTHORIZED, "stale") from None
        except ClockError:
            raise RefusedError(HTTPStatus.UNAUTHORIZED, "clock") from None
        return Viewer(parsed.user.id, parsed.user.language_code, payload=parsed.start_param or "")

    def _by_pass(self, text: str) -> Viewer:
        try:
            known = self._passes.read(text)
        except ForgedError:
            raise RefusedError(HTTPStatus.FORBIDDEN, "forged") from None
        except StaleError:
            raise RefusedError(HTTPStatus.UNAUTHORIZED, "stale") from None
        return Viewer(known.user_id, known.language)
