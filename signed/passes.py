"""Passes for the page of totals, if a person opens it from a reply keyboard.

Telegram does not say then who opens it: "initData is empty if the Mini App was launched from a
keyboard button" (core.telegram.org/bots/webapps#webappinitdata). So the address of the button,
which only that person gets, contains a pass.
"""

import time
from dataclasses import asdict, dataclass

from signed.seals import Seal

DAY = 24 * 60 * 60
LIFE = 2 * DAY
"""Seconds that a pass is valid for at most; it is valid for at least half as long."""


@dataclass(frozen=True, slots=True)
class Pass:
    """Lets one person see their own totals.

    Attributes:
        user_id: The person's id.
        language: The person's language.
    """

    user_id: int
    language: str


class Passes:
    """Issues and reads passes.

    Args:
        token: The bot's token.
    """

    def __init__(self, token: str) -> None:
        self._seal = Seal(token, "totals page")

    def issue(self, person: Pass) -> str:
        """Sign a pass for an address; it gives the same text all day long (UTC).

        So a keyboard that is rendered again is equal to the one before and is not sent again.
        """
        return self._seal.close(asdict(person), int(time.time()) // DAY * DAY + LIFE)

    def read(self, text: str) -> Pass:
        """Read a pass.

        Raises:
            ForgedError: It was not issued by this bot.
            StaleError: It has expired.
        """
        return Pass(**self._seal.open(text, time.time()))
