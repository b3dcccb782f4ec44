"""How long Redis remembers an update: what its commit and the inbox agree on.

The commit writes a mark in Redis that says that the update is done. The mark must outlive
everything that can bring the update again. That is Telegram, which repeats updates, and the
update's entry in the inbox, which stays in Redis for as long as no bot runs.
"""

import asyncio
from contextlib import suppress
from enum import Enum

from aiogram.types import Update

from durable_dialogs.state.store import MEMORY

PRESS_MEMORY = 5 * 60
"""Seconds that the mark of a press lives.

Telegram repeats a press for 150 s. The other 150 s are for repeats that are still on their way or
wait for the chat lock.
"""

PATIENCE = 1.0
"""Seconds that the inbox waits for a running commit before it writes the update's entry."""


class EntryStatus(Enum):
    """What an entry of the inbox says about its update, as white space behind the JSON.

    Older versions can read such entries, because JSON parsers ignore the white space.
    """

    OPEN = b""
    """The update must be carried out."""
    DONE = b"\n"
    """The update is committed and must be answered, even if its mark has expired."""
    DOUBTFUL = b"\n\n"
    """The update may be committed.

    If it has a mark, it is. If it has none, either the commit failed or the mark has expired. The
    update is not carried out then; Telegram accepts no answer to such an old press anyway.
    """

    @classmethod
    def of(cls, entry: bytes) -> "EntryStatus":
        """Return what an entry says."""
        if entry.endswith(cls.DOUBTFUL.value):
            return cls.DOUBTFUL
        return cls.DONE if entry.endswith(cls.DONE.value) else cls.OPEN


class Retention:
    """Keeps the mark and the inbox entry of one update consistent.

    Most presses are committed before the inbox writes an entry for them. Their mark is short, and
    the entry, if the inbox still writes one, says that the update is done. If the inbox writes
    the entry first, the commit writes a long mark, which lives as long as dialogs do. The inbox
    shortens it once the entry is gone. So no entry outlives the mark unless it says by itself
    that the update is done.

    Args:
        is_kept: Whether Redis has an entry already.
        status: What that entry says.

    Attributes:
        found: `status` as given.
        status: What an entry must say if the inbox writes it now.
        must_settle: Whether the update stays pending while Redis is away, because Redis may have
            written its commit, or because nobody can try it again.
    """

    def __init__(self, *, is_kept: bool = False, status: EntryStatus = EntryStatus.OPEN) -> None:
        self.found = self.status = status
        self.must_settle = False
        self._long_mark = ""
        self._memory = MEMORY
        self._is_kept = is_kept
        self._no_commit_runs = asyncio.Event()
        self._no_commit_runs.set()

    @property
    def in_doubt(self) -> bool:
        """Whether the update may stay pending until Redis is back."""
        return self.must_settle or not self._no_commit_runs.is_set()

    def mark_life(self, update: Update) -> int | None:
        """Return the seconds that an update's mark must live, None for as long as dialogs do."""
        self._memory = PRESS_MEMORY if update.callback_query else MEMORY
        return None if self._is_kept else self._memory

    def begin_commit(self, update: Update, mark: str) -> int | None:
        """Note that a commit begins, and return the life of its mark as `mark_life` does.

        Earlier tries have written nothing: the update has just found no mark, or what it has read
        is from the cache and the commit looks for the mark.

        Args:
            update: The update.
            mark: The key of its mark.
        """
        life = self.mark_life(update)
        self.status = EntryStatus.OPEN
        self._no_commit_runs.clear()
        if life is None:
            self._long_mark = mark
            return None
        if update.callback_query:
            self.status = EntryStatus.DOUBTFUL
        return life

    def end_commit(self, *, is_remembered: bool = False) -> None:
        """Note that a commit has ended, and whether it has written the mark."""
        self.status = EntryStatus.DONE if is_remembered else EntryStatus.OPEN
        self._no_commit_runs.set()

    def note_done(self, mark: str) -> None:
        """Note that the update was done before, by its mark or by its entry.

        Args:
            mark: The key of the mark.
        """
        if self._is_kept:
            self._long_mark = mark
        self.end_commit(is_remembered=True)

    def close(self) -> tuple[str, int] | None:
        """Note that the update is done, so that `await_commit` waits no longer.

        Returns:
            The key of the mark that the inbox must shorten once the entry is gone, and the seconds
            that the mark must live then. None if there is no such mark.
        """
        self._no_commit_runs.set()
        return (self._long_mark, self._memory) if self._long_mark else None

    async def await_commit(self) -> None:
        """Note that the inbox is about to write an entry, and wait for a commit that runs.

        Commits that begin from now on write a long mark. The wait is limited to `PATIENCE`,
        because the commit may go to a node of a cluster that is away while the inbox's is not.
        """
        self._is_kept = True
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                await self._no_commit_runs.wait()
