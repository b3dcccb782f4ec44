"""Who may look at the page of totals, where Telegram does not tell it who has opened it.

That is from a reply keyboard: "initData is empty if the Mini App was launched from a
keyboard button" (core.telegram.org/bots/webapps#webappinitdata). There the button's
address, which only the person has, says it.
"""

import time
from dataclasses import asdict, dataclass

from signed.seals import Seal

DAY = 24 * 60 * 60
LIFE = 2 * DAY
"""Seconds that a pass is good for at most; at least half of that."""


@dataclass(frozen=True, slots=True)
class Pass:
    """Lets a person see their own totals.

    Attributes:
        user_id: Who.
        language: The language that they read.
    """

    user_id: int
    language: str


class Passes:
    """Issues passes and reads them again.

    Args:
        token: The bot's.
    """

    def __init__(self, token: str) -> None:
        self._seal = Seal(token, "totals page")

    def issue(self, person: Pass) -> str:
        """Give a pass as a text for an address, the same for all of a day (UTC).

        A keyboard that is rendered again is so the same as before, and not sent anew.
        """
        return self._seal.close(asdict(person), int(time.time()) // DAY * DAY + LIFE)

    def read(self, text: str) -> Pass:
        """Tell whose pass it is.

        Raises:
            ForgedError: It was not issued here.
            StaleError: It is too old.
        """
        return Pass(**self._seal.open(text, time.time()))
