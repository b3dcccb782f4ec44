"""How long an update goes on while other workers are faster."""

import asyncio
import secrets

LONGEST = 60.0
"""Seconds after which an update is given up if other workers were faster again and again."""
PAUSE = 0.01
"""Seconds that the first pause takes at most. Each later one may take twice as long."""
PAUSE_MAX = 1.0
"""Seconds that a pause takes at most."""

_random = secrets.SystemRandom()


class ContentionError(Exception):
    """Other workers were faster for too long, or what was asked was forgotten again and again."""


class Patience:
    """Waits between the tries of one update.

    Workers that do the same record's updates at the same time would meet again at each try if they
    did not wait, and one of them could lose every time.
    """

    def __init__(self) -> None:
        self._until = asyncio.get_running_loop().time() + LONGEST
        self._pause = PAUSE

    async def wait(self) -> None:
        """Wait for a random time, on average longer each time.

        Raises:
            ContentionError: The first try was too long ago.
        """
        if asyncio.get_running_loop().time() >= self._until:
            raise ContentionError("other workers were faster for too long")
        await asyncio.sleep(_random.uniform(0, self._pause))
        self._pause = min(2 * self._pause, PAUSE_MAX)
