"""The repository of persons."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from cachetools import LRUCache
from sqlalchemy import func, or_, select

from db.models import User
from db.sessions import Sessions
from db.upsert import insert

REMEMBERED = 100_000
"""Persons whose row a process remembers, those seen last; each takes about 100 bytes."""


class Profile(NamedTuple):
    """Who a person is.

    Attributes:
        user_id: The person's id in Telegram.
        first_name: The first name.
        username: Without the @, None where the person has none.
        language: The `language_code` of the person's client, None where it tells none.
    """

    user_id: int
    first_name: str
    username: str | None
    language: str | None


class Users:
    """Keeps what Telegram tells of persons.

    Every method raises `sqlalchemy.exc.SQLAlchemyError` while the database is away.

    Args:
        sessions: The database's, shared by its repositories.
    """

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._written: LRUCache[int, int] = LRUCache(REMEMBERED)

    async def seen(self, *profiles: Profile) -> None:
        """Note who people are, as the latest updates tell; all of them in one transaction.

        A person whom this process saw unchanged costs no query. (Where another
        process wrote something else meanwhile, that stays until the next change.)
        """
        # In one order everywhere, as others may be writing some of the same rows.
        fresh = sorted(
            (profile for profile in profiles if not self.knows(profile)),
            key=lambda profile: profile.user_id,
        )
        if not fresh:
            return
        for profile in fresh:
            # Before it is written, so that nobody begins to do the same meanwhile.
            self._written[profile.user_id] = hash(profile)
        try:
            await self._write(fresh)
        except BaseException:  # also a connection that is refused, or not had in time
            for profile in fresh:
                self.forget(profile.user_id)
            raise

    def knows(self, profile: Profile) -> bool:
        """Tell whether `seen` would have nothing to do."""
        known: int | None = self._written.get(profile.user_id)
        return known == hash(profile)

    def forget(self, user_id: int) -> None:
        """Have the next update write the person's row anew, as after it was deleted."""
        self._written.pop(user_id, None)

    async def get(self, user_id: int) -> User | None:
        """What is known of a person, None for nothing."""
        async with self._sessions() as session:
            return await session.get(User, user_id)

    async def count(self) -> int:
        """Tell how many people are known."""
        async with self._sessions() as session:
            return (await session.scalar(select(func.count()).select_from(User))) or 0

    async def _write(self, profiles: Sequence[Profile]) -> None:
        now = datetime.now(UTC)
        async with self._sessions.writing() as session:
            row = insert(session, User)
            columns = ("first_name", "username", "language")
            upsert = row.on_conflict_do_update(
                index_elements=[User.id],
                set_={name: row.excluded[name] for name in columns},
                # A row that says so already is left alone: nothing to sync to the disk.
                where=or_(
                    *(getattr(User, name).is_distinct_from(row.excluded[name]) for name in columns)
                ),
            )
            await session.execute(
                upsert,
                [
                    {"id": user_id, "created_at": now} | dict(zip(columns, told, strict=True))
                    for user_id, *told in profiles
                ],
            )
