"""Who looks at a Mini App: as Telegram has signed it, or a pass of the bot's own.

Either stands in the header `Authorization` of each request: `tma` and the Mini App's
initData as the client got it, or `pass` and the pass.
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
"""Seconds that initData counts. It is fresh each time that the page is opened; this is how
long one may stay open, and how long somebody could use it who has got hold of it."""


class RefusedError(Exception):
    """A request that is not carried out.

    Args:
        status: How to answer.
        reason: Why, in a word for programs; the text for people is `page-` and this word.
    """

    def __init__(self, status: HTTPStatus, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks at the page.

    Attributes:
        id: Their Telegram id.
        language: The IETF tag that their client speaks, None where it tells none.
        zone: Where their days begin and end.
        payload: What the link carries that has opened the page, "" if none has; anybody can
            have made it up.
    """

    id: int
    language: str | None
    zone: tzinfo = UTC
    payload: str = ""


class Viewers:
    """Tells who sends a request.

    Args:
        token: The bot's.
        passes: Reads the bot's own passes.
        freshness: Tells whether initData still counts.
    """

    def __init__(self, token: str, passes: Passes, freshness: Freshness) -> None:
        self._token = token
        self._passes = passes
        self._freshness = freshness

    def recognise(self, authorization: str) -> Viewer:
        """Tell who sends a request, by its header.

        Raises:
            RefusedError: It does not say, or not so that it can be believed.
        """
        scheme, _, proof = authorization.partition(" ")
        if not proof or scheme not in {"tma", "pass"}:
            raise RefusedError(HTTPStatus.UNAUTHORIZED, "unknown")
        return self._by_init_data(proof) if scheme == "tma" else self._by_pass(proof)

    def _by_init_data(self, init_data: str) -> Viewer:
        """Believe https://core.telegram.org/bots/webapps#validating-data-received-via-the-mini-app."""
        try:
            signed = check_webapp_signature(self._token, init_data)
        except (TypeError, ValueError):  # a hash, or a field, that is no text
            signed = False
        if not signed:
            raise RefusedError(HTTPStatus.FORBIDDEN, "forged")
        try:
            told = parse_webapp_init_data(init_data)
        except ValueError:
            raise RefusedError(HTTPStatus.BAD_REQUEST, "incomplete") from None
        if told.user is None:
            raise RefusedError(HTTPStatus.BAD_REQUEST, "incomplete")
        try:
            self._freshness.check("init_data", told.auth_date.timestamp(), time.time(), MAX_AGE)
        except TooOldError:
            raise RefusedError(HTTPStatus.UNAUTHORIZED, "stale") from None
        except ClockError:
            raise RefusedError(HTTPStatus.UNAUTHORIZED, "clock") from None
        return Viewer(told.user.id, told.user.language_code, payload=told.start_param or "")

    def _by_pass(self, text: str) -> Viewer:
        try:
            known = self._passes.read(text)
        except ForgedError:
            raise RefusedError(HTTPStatus.FORBIDDEN, "forged") from None
        except StaleError:
            raise RefusedError(HTTPStatus.UNAUTHORIZED, "stale") from None
        return Viewer(known.user_id, known.language)
