"""The repository of preferences: what people have chosen in their settings."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypedDict, Unpack

from sqlalchemy import select

from db.models import User
from db.sessions import Sessions
from db.upsert import insert


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """What a person has chosen; None for what they have not.

    Attributes:
        chosen_language: The language to use instead of the client's.
        time_zone: The name of the time zone, such as `Europe/Paris`.
        steps: The steps of custom counters.
        names_totals: Whether the bot asks for a name after Confirm if a total has none.
    """

    chosen_language: str | None = None
    time_zone: str | None = None
    steps: tuple[int, ...] | None = None
    names_totals: bool | None = None


class Choice(TypedDict, total=False):
    """The fields of `Preferences` to set; None removes a choice."""

    chosen_language: str | None
    time_zone: str | None
    steps: tuple[int, ...] | None
    names_totals: bool | None


_COLUMNS = (User.chosen_language, User.time_zone, User.steps, User.names_totals)


class PreferenceStore:
    """Saves and gives what people have chosen.

    Each method raises `sqlalchemy.exc.SQLAlchemyError` while the database is away.

    Args:
        sessions: The sessions of the database, shared by all repositories.
    """

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def get(self, user_id: int) -> Preferences:
        """Give what a person has chosen; for an unknown person all fields are None."""
        query = select(*_COLUMNS).where(User.id == user_id)
        async with self._sessions() as session:
            row = (await session.execute(query)).one_or_none()
        return Preferences(**row._asdict()) if row else Preferences()

    async def set(self, user_id: int, **choice: Unpack[Choice]) -> None:
        """Set some choices of a person and leave the others. If the person has no row, make one.

        Args:
            user_id: The person.
            choice: The choices. To set the same again changes nothing.
        """
        async with self._sessions.writing() as session:
            row = insert(session, User).values(
                id=user_id, first_name="", created_at=datetime.now(UTC), **choice
            )
            chosen = {name: row.excluded[name] for name in choice}
            await session.execute(row.on_conflict_do_update(index_elements=[User.id], set_=chosen))
