"""The open counters of a chat, and whose they are: a list that is committed with them.

So the list is always right, and its limit holds also if two updates come at the same time.
"""

import asyncio
import random

from aiogram_dialog.api.entities import Stack

from durable_dialogs import Record, UnitOfWork, name_of

OPEN_COUNTERS = "roll"
"""The name of the chat's data that lists its open counters."""

LONG = 50
"""Entries beyond which a list is searched for expired counters when one is added."""
SAMPLE = 20
"""Entries that are then looked at, in one message to Redis. They are drawn at random, so the share
of expired entries stays at about 1 in `SAMPLE`, and no entry has to tell its age."""


class OpenCounters:
    """The open counters of the chat of an update.

    The list is a record of the chat: owners' ids by the names of the counters' records.

    Args:
        unit: The unit of work of the update.
    """

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    async def add(self, stack: Stack, owner: int, *, at_most: int) -> bool:
        """Add a counter.

        Args:
            stack: Its stack.
            owner: The id of its owner.
            at_most: How many counters a person may have open in this chat.

        Returns:
            False if the person has that many open already; then the counter is not added.
        """
        owners = await self._unit.data(OPEN_COUNTERS)
        name = name_of(self._unit.record_of(stack))
        if name not in owners and list(owners.values()).count(owner) >= at_most:
            # Some of them may have expired; `of` removes those.
            others = await self.of(owner)
            if len(others) >= at_most:
                return False
        if len(owners) > LONG:
            await self._live(random.sample([each for each in owners if each != name], SAMPLE))
        owners[name] = owner
        return True

    async def remove(self, stack: Stack) -> None:
        """Remove the counter of a stack."""
        owners = await self._unit.data(OPEN_COUNTERS)
        owners.pop(name_of(self._unit.record_of(stack)), None)

    async def of(self, owner: int) -> dict[str, Record]:
        """Return the records of a person's open counters by name, the first opened first.

        Expired counters are removed from the list.

        Args:
            owner: The person's id.
        """
        owners = await self._unit.data(OPEN_COUNTERS)
        return await self._live([name for name, owner_id in owners.items() if owner_id == owner])

    async def _live(self, names: list[str]) -> dict[str, Record]:
        """Return the records of open counters by name, and remove the expired from the list."""
        owners = await self._unit.data(OPEN_COUNTERS)
        records = await asyncio.gather(*map(self._unit.peek, names))
        found = dict(zip(names, records, strict=True))
        for name in names:
            if not found[name].contexts:
                del owners[name], found[name]
        return found
