"""Keeping those who flood from slowing others."""

import asyncio
from collections.abc import MutableMapping
from functools import partial

from aiogram.types import User
from cachetools import LRUCache

from fsm.pace import Pace

PERSON_PACE = partial(Pace, burst=500, rate=100)
"""Updates that one person may send at once, and in a second over time. Far more
than a person can tap, and it leaves the others room beside a script that floods."""
PEOPLE = 10_000
"""People whose pace is remembered."""


class FloodGate:
    """Has everybody's updates wait who sends more than a person can tap."""

    def __init__(self) -> None:
        self._paces: MutableMapping[int, Pace] = LRUCache(PEOPLE)

    async def wait(self, person: User | None) -> None:
        """Wait until a person's update is due; those of one person pass in their order."""
        if person and (pause := self._paces.setdefault(person.id, PERSON_PACE()).queue()):
            await asyncio.sleep(pause)
