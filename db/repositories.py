"""All repositories over one database."""

from dataclasses import dataclass
from typing import Self

from db.changes import Changes
from db.payments import Payments
from db.preferences import PreferenceStore
from db.sessions import Sessions
from db.summaries import Summaries
from db.totals import Totals
from db.users import Users


@dataclass(frozen=True, slots=True)
class Repositories:
    """Reads and writes everything that is kept for good.

    Attributes:
        sessions: The sessions that all of them use.
        totals: Confirmed totals.
        summaries: Sums over them.
        changes: Changes of them, and how to undo one.
        payments: Payments.
        users: Everybody who has used the bot.
        preferences: What they have chosen.
    """

    sessions: Sessions
    totals: Totals
    summaries: Summaries
    changes: Changes
    payments: Payments
    users: Users
    preferences: PreferenceStore

    @classmethod
    def over(cls, sessions: Sessions) -> Self:
        """Make each repository over the same sessions."""
        return cls(
            sessions,
            Totals(sessions),
            Summaries(sessions),
            Changes(sessions),
            Payments(sessions),
            Users(sessions),
            PreferenceStore(sessions),
        )
