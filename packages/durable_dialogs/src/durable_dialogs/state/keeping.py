"""How long an update is remembered, which its commit and the inbox settle between them.

A mark in Redis tells that an update was done. It has to outlive whatever may bring the update
again: Telegram, and an entry of the inbox, which stays for as long as no bot runs.
"""

import asyncio
from contextlib import suppress
from enum import Enum

from aiogram.types import Update

from durable_dialogs.state.store import MEMORY

PRESS_MEMORY = 5 * 60
"""Seconds that a press is remembered. Telegram repeats it for 150 s; another 150 are for copies
that are on their way meanwhile, or wait for their turn."""

PATIENCE = 1.0
"""Seconds that the inbox waits for a commit under way before it keeps the update."""


class Fate(Enum):
    """What an entry of the inbox says of its update, by white space behind its JSON.

    So older versions can read it, too; they look for the mark alone.
    """

    OPEN = b""
    """It is to be carried out."""
    DONE = b"\n"
    """It was committed, and is to be answered: its mark may be gone."""
    DOUBTFUL = b"\n\n"
    """It may have been committed. Without a mark nobody knows, but then it is so old that
    Telegram takes no answer any more: so it is not carried out."""

    @classmethod
    def of(cls, entry: bytes) -> "Fate":
        """Give what an entry says."""
        if entry.endswith(cls.DOUBTFUL.value):
            return cls.DOUBTFUL
        return cls.DONE if entry.endswith(cls.DONE.value) else cls.OPEN


class Keeping:
    """What is known of one update that the inbox may keep.

    A press is mostly committed before the inbox keeps it. Then its mark is short, and its entry
    says that it was done. An update that is kept first gets a mark that lives as long as dialogs
    do, and is cut short once the entry is gone. So no entry outlives the memory of its commit.

    Args:
        is_kept: Whether an entry stands in Redis already.
        fate: What that entry says.

    Attributes:
        found: As given, what an entry has said.
        fate: What an entry has to say now.
    """

    def __init__(self, *, is_kept: bool = False, fate: Fate = Fate.OPEN) -> None:
        self.found = self.fate = fate
        self._lasting = ""
        self._memory = MEMORY
        self._is_kept = is_kept
        self._settled = asyncio.Event()
        self._settled.set()

    def life(self, update: Update) -> int | None:
        """Give the seconds that an update is to be remembered, None for as long as dialogs live."""
        self._memory = PRESS_MEMORY if update.callback_query else MEMORY
        return None if self._is_kept else self._memory

    def begin(self, update: Update, mark: str) -> int | None:
        """Note that an update is about to be committed, and give its life.

        What was tried before has come to nothing: the update has just found no mark.

        Args:
            update: The update.
            mark: The key of its mark.
        """
        life = self.life(update)
        self.fate = Fate.OPEN
        if life is None:
            self._lasting = mark
            return None
        if update.callback_query:
            self.fate = Fate.DOUBTFUL
        self._settled.clear()
        return life

    def end(self, *, is_remembered: bool = False) -> None:
        """Note whether the commit has written the mark."""
        self.fate = Fate.DONE if is_remembered else Fate.OPEN
        self._settled.set()

    def repeat(self, mark: str) -> None:
        """Note that the update has found its mark, or that its entry has told the same."""
        if self._is_kept:
            self._lasting = mark
        self.end(is_remembered=True)

    def close(self) -> tuple[str, int] | None:
        """Have nobody wait any more, as the update is done.

        Returns:
            The mark that is to be cut short once the entry is gone, and to how many seconds.
        """
        self._settled.set()
        return (self._lasting, self._memory) if self._lasting else None

    async def keep(self) -> None:
        """Have commits from now on know that an entry is written; wait for one under way.

        Not for long: a commit may go to another node of a cluster than the inbox.
        """
        self._is_kept = True
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                await self._settled.wait()
