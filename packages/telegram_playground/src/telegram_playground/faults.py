"""Faults on demand: calls that fail, wait or get lost; answers and updates that are altered."""

import itertools
import math
import random
from base64 import b64decode
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Annotated, Literal

from aiohttp import web

from telegram_playground import json_text
from telegram_playground.annotated import Within
from telegram_playground.answers import success_body
from telegram_playground.errors import ApiError, ControlError, TooManyRequestsError
from telegram_playground.state import Json

MAX_SECONDS = 3_600

REASONS = {
    401: "Unauthorized",
    409: "Conflict: terminated by other getUpdates request",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


@dataclass(kw_only=True)
class Fault:
    """A fault, and which calls or updates it hits.

    Attributes:
        kind: For calls: `refuse` answers `status`; `delay` begins after `seconds`; `hang` never
            answers; `cut` closes the connection before anything is done; `lose` executes the call,
            then closes the connection; `answer` sends `status`, `headers` and `body`. For updates:
            `duplicate` delivers an update twice; `reorder` delivers the next one first; `alter`
            changes the body.
        method: Only calls of this method; for updates, only this kind (`message`, ...).
        chat: Only calls with this `chat_id`.
        share: The share of those calls or updates that the fault hits at random, from 0 to 1.
        times: How often the fault strikes; without end if `None`.
        status: The HTTP status: 400 to 599 for `refuse`, 200 to 599 for `answer`.
        retry_after: Seconds that a refusal with 429 asks the bot to wait.
        seconds: Seconds of a `delay`, 0 to 3600.
        done: Whether the call is executed before an `answer`.
        headers: HTTP headers of an `answer`, added to its own or replacing them.
        body: The body of an `answer`; the true one if `None`.
        patch: A JSON merge patch (RFC 7396) of the body of an answer or update.
        replace: Bytes that replace texts in that body, so that it need not be JSON or UTF-8; in
            base64.
    """

    kind: Literal[
        "refuse", "delay", "hang", "cut", "lose", "answer", "duplicate", "reorder", "alter"
    ]
    method: str | None = None
    chat: int | None = None
    share: Annotated[float, Within(0, 1)] = 1
    times: Annotated[int, Within(1, math.inf)] | None = None
    status: Annotated[int, Within(200, 599)] = 500
    retry_after: Annotated[int, Within(1, math.inf)] = 1
    seconds: Annotated[float, Within(0, MAX_SECONDS)] = 1
    done: bool = True
    headers: dict[str, str] = field(default_factory=dict)
    body: str | None = None
    patch: Json | None = None
    replace: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.kind == "refuse" and self.status < HTTPStatus.BAD_REQUEST:
            raise ValueError("a refusal has a status from 400 on")
        for raw in self.replace.values():
            b64decode(raw, validate=True)  # raises a ValueError if it is no base64

    def refusal(self) -> ApiError:
        """Give the refusal of a call."""
        if self.status == TooManyRequestsError(1).status:
            return TooManyRequestsError(self.retry_after)
        return ApiError(self.status, REASONS.get(self.status, "Error"))

    def answer(self, result: object) -> web.Response:
        """Give the altered answer to a call, whose true answer has this result."""
        body = success_body(result) if self.body is None else self.body.encode()
        answer = web.Response(
            body=self.altered(body), status=self.status, content_type="application/json"
        )
        answer.headers.update(self.headers)
        return answer

    def altered(self, body: bytes) -> bytes:
        """Patch the body of an answer or update, and replace texts in it."""
        if self.patch is not None:
            body = json_text.encode(_merged(json_text.decode(body), self.patch))
        for text, raw in self.replace.items():
            body = body.replace(text.encode(), b64decode(raw))
        return body


def _merged(target: object, patch: object) -> object:
    """Apply a merge patch (RFC 7396, section 2)."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = _merged(merged.get(name), value)
    return merged


OF_UPDATES = frozenset({"duplicate", "reorder", "alter"})


class Faults:
    """The faults that are switched on.

    Attributes:
        active: The faults by their number, oldest first.
    """

    def __init__(self) -> None:
        self.active: dict[int, Fault] = {}
        self._numbers = itertools.count(1)
        self._random = random.Random(0)  # noqa: S311 - a test repeats it by its seed

    def add(self, fault: Fault) -> int:
        """Switch a fault on; return its number."""
        number = next(self._numbers)
        self.active[number] = fault
        return number

    def remove(self, number: int) -> None:
        """Switch a fault off.

        Raises:
            ControlError: If there is no fault of that number.
        """
        if self.active.pop(number, None) is None:
            raise ControlError(f"there is no fault {number}", 404)

    def seed(self, number: int) -> None:
        """Seed the random numbers, so that the same calls meet the same faults."""
        self._random.seed(number)

    def of_call(self, method: str, params: Json) -> Fault | None:
        """Give the first fault that hits a call, or `None`; it counts as one of its `times`."""
        chat_id = str(params.get("chat_id", ""))
        for number, fault in list(self.active.items()):
            named = fault.method is None or fault.method.lower() == method.lower()
            placed = fault.chat is None or str(fault.chat) == chat_id
            if fault.kind not in OF_UPDATES and named and placed and self._strikes(number, fault):
                return fault
        return None

    def of_update(self, kind: str, what: Literal["duplicate", "reorder", "alter"]) -> Fault | None:
        """Give the first fault of a kind that hits an update, or `None`; it counts likewise."""
        for number, fault in list(self.active.items()):
            named = fault.kind == what and fault.method in {None, kind}
            if named and self._strikes(number, fault):
                return fault
        return None

    def _strikes(self, number: int, fault: Fault) -> bool:
        if fault.share < 1 and self._random.random() >= fault.share:
            return False
        if fault.times is not None:
            fault.times -= 1
            if not fault.times:
                del self.active[number]
        return True
