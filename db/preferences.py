"""The repository of what people have chosen in their settings."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypedDict, Unpack

from sqlalchemy import select

from db.models import User
from db.sessions import Sessions
from db.upsert import insert


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """What a person has chosen; None for what the person hasn't.

    Attributes:
        chosen_language: The language, whatever the client speaks.
        time_zone: The name of the time zone, as `Europe/Paris`.
        steps: The steps of counters of one's own.
        names_totals: Whether totals without a label are asked for one.
    """

    chosen_language: str | None = None
    time_zone: str | None = None
    steps: tuple[int, ...] | None = None
    names_totals: bool | None = None


class Choice(TypedDict, total=False):
    """Some of `Preferences`, to be set; None takes a choice back."""

    chosen_language: str | None
    time_zone: str | None
    steps: tuple[int, ...] | None
    names_totals: bool | None


_COLUMNS = (User.chosen_language, User.time_zone, User.steps, User.names_totals)


class PreferenceStore:
    """Keeps what people have chosen.

    Every method raises `sqlalchemy.exc.SQLAlchemyError` while the database is away.

    Args:
        sessions: The database's, shared by its repositories.
    """

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def get(self, user_id: int) -> Preferences:
        """What a person has chosen; nothing, if the person isn't known."""
        query = select(*_COLUMNS).where(User.id == user_id)
        async with self._sessions() as session:
            row = (await session.execute(query)).one_or_none()
        return Preferences(**row._asdict()) if row else Preferences()

    async def set(self, user_id: int, **choice: Unpack[Choice]) -> None:
        """Note a choice and leave the others; the person's row is made where it is missing.

        Args:
            user_id: Whose choice it is.
            choice: What was chosen. Setting it again changes nothing.
        """
        async with self._sessions.writing() as session:
            row = insert(session, User).values(
                id=user_id, first_name="", created_at=datetime.now(UTC), **choice
            )
            chosen = {name: row.excluded[name] for name in choice}
            await session.execute(row.on_conflict_do_update(index_elements=[User.id], set_=chosen))
