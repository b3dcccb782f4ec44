"""Which dialogs of a chat are open, and whose they are: a list that is committed with them.

So it holds neither more nor less than what is there, whatever happens on the way,
and a limit on it holds also where two updates come at the same time.
"""

import asyncio

from aiogram_dialog.api.entities import Stack

from durable_dialogs.state.keys import name_of
from durable_dialogs.state.record import Record
from durable_dialogs.state.unit_of_work import UnitOfWork


class OpenCounters:
    """The roll of the chat that an update is of.

    It is a record of the chat: the owners' ids by the names of the dialogs' records.

    Args:
        transaction: The update's.
    """

    def __init__(self, transaction: UnitOfWork) -> None:
        self._transaction = transaction

    async def add(self, stack: Stack, owner: int, *, at_most: int) -> bool:
        """Enter a dialog.

        Args:
            stack: Its stack.
            owner: Whose it is.
            at_most: How many a person may have in this chat.

        Returns:
            False if the person has so many already; then it is not entered.
        """
        names = await self._transaction.roll()
        name = name_of(self._transaction.record_of(stack))
        if name not in names and list(names.values()).count(owner) >= at_most:
            # Some may have come to the end of their time to live.
            others = await self.of(owner)
            if len(others) >= at_most:
                return False
        names[name] = owner
        return True

    async def remove(self, stack: Stack) -> None:
        """Take a dialog off."""
        names = await self._transaction.roll()
        names.pop(name_of(self._transaction.record_of(stack)), None)

    async def of(self, owner: int) -> dict[str, Record]:
        """Give a person's open dialogs as they stand, by name, in the order of their opening.

        Those whose time to live has ended are taken off.
        """
        names = await self._transaction.roll()
        theirs = [name for name, whose in names.items() if whose == owner]
        records = await asyncio.gather(*map(self._transaction.look, theirs))
        found = dict(zip(theirs, records, strict=True))
        for name in theirs:
            if not found[name].contexts:
                del names[name], found[name]
        return found
