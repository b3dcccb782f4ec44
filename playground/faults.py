"""Trouble on demand: refused, late, hanging, cut and lost calls; doubled and reordered updates."""

import itertools
import random
from typing import Literal

from pydantic import Field

from playground.control_requests import Strict
from playground.errors import ApiError, ControlError, TooManyRequestsError
from playground.state import Json

MAX_SECONDS = 3_600

REASONS = {
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


class Fault(Strict):
    """What goes wrong, and with what.

    Attributes:
        kind: `refuse` answers `status`; `delay` begins after `seconds`; `hang` never answers; `cut`
            closes the connection with nothing done; `lose` does the work, then closes it;
            `duplicate` delivers an update twice, `reorder` the next one first.
        method: Only calls of this method; for updates, only those of this kind (`message`, ...).
        chat: Only calls with this `chat_id`.
        share: How many of those, from 0 to 1, at random.
        times: How often at most; without end if `None`.
        status: The HTTP status of a refusal: 429 or 5xx.
        retry_after: Seconds that a 429 asks to wait for.
    """

    kind: Literal["refuse", "delay", "hang", "cut", "lose", "duplicate", "reorder"]
    method: str | None = None
    chat: int | None = None
    share: float = Field(1, ge=0, le=1)
    times: int | None = Field(None, ge=1)
    status: int = Field(500, ge=429, lt=600)
    retry_after: int = Field(1, ge=1)
    seconds: float = Field(1, ge=0, le=MAX_SECONDS)

    def refusal(self) -> ApiError:
        """The refusal of a call."""
        if self.status == TooManyRequestsError(1).status:
            return TooManyRequestsError(self.retry_after)
        return ApiError(self.status, REASONS.get(self.status, "Error"))


OF_UPDATES = frozenset({"duplicate", "reorder"})


class Faults:
    """The faults that are switched on.

    Attributes:
        active: The faults by their number, oldest first.
    """

    def __init__(self) -> None:
        self.active: dict[int, Fault] = {}
        self._numbers = itertools.count(1)
        self._random = random.Random(0)  # noqa: S311 - the same trouble for the same seed

    def add(self, fault: Fault) -> int:
        """Switch a fault on and give its number."""
        number = next(self._numbers)
        self.active[number] = fault
        return number

    def remove(self, number: int) -> None:
        """Switch a fault off.

        Raises:
            ControlError: If there is none of that number.
        """
        if self.active.pop(number, None) is None:
            raise ControlError(f"there is no fault {number}", 404)

    def seed(self, number: int) -> None:
        """Start the dice anew, so that the same calls meet the same trouble."""
        self._random.seed(number)

    def of_call(self, method: str, params: Json) -> Fault | None:
        """What goes wrong with a call: the first fault that strikes, or nothing."""
        chat_id = str(params.get("chat_id", ""))
        for number, fault in list(self.active.items()):
            named = fault.method is None or fault.method.lower() == method.lower()
            placed = fault.chat is None or str(fault.chat) == chat_id
            if fault.kind not in OF_UPDATES and named and placed and self._strikes(number, fault):
                return fault
        return None

    def of_update(self, kind: str, what: Literal["duplicate", "reorder"]) -> bool:
        """Whether something goes wrong with an update."""
        return any(
            self._strikes(number, fault)
            for number, fault in list(self.active.items())
            if fault.kind == what and fault.method in {None, kind}
        )

    def _strikes(self, number: int, fault: Fault) -> bool:
        if fault.share < 1 and self._random.random() >= fault.share:
            return False
        if fault.times is not None:
            fault.times -= 1
            if not fault.times:
                del self.active[number]
        return True
