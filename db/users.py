"""The repository of the people who use the bot."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from cachetools import LRUCache
from sqlalchemy import func, or_, select

from db.models import User
from db.sessions import Sessions
from db.upsert import insert

REMEMBERED = 100_000
"""The number of people whose rows a process remembers, the last seen. Each takes some 100 bytes."""


class Profile(NamedTuple):
    """What an update tells about its sender.

    Attributes:
        user_id: The person's id in Telegram.
        first_name: The first name.
        username: The username without the @, None if there is none.
        language: The `language_code` of the person's client, None if it is unknown.
    """

    user_id: int
    first_name: str
    username: str | None
    language: str | None


class Users:
    """Saves the profiles of people, and finds them again.

    Each method raises `sqlalchemy.exc.SQLAlchemyError` while the database is away.

    Args:
        sessions: The sessions of the database, shared by all repositories.
    """

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._written: LRUCache[int, int] = LRUCache(REMEMBERED)

    async def seen(self, *profiles: Profile) -> None:
        """Save the profiles of people, in one transaction.

        A profile that this process has saved before, unchanged, costs no query. (If another process
        saved a different one meanwhile, that one stays until the next change.)
        """
        # Sorted, because two processes that write the same rows in another order could deadlock.
        fresh = sorted(
            (profile for profile in profiles if not self.knows(profile)),
            key=lambda profile: profile.user_id,
        )
        if not fresh:
            return
        for profile in fresh:
            # Before the write, so that another task does not begin the same write meanwhile.
            self._written[profile.user_id] = hash(profile)
        try:
            await self._write(fresh)
        except BaseException:  # also a refused connection, a timeout or a cancellation
            for profile in fresh:
                self.forget(profile.user_id)
            raise

    def knows(self, profile: Profile) -> bool:
        """Tell whether this process has saved exactly this profile."""
        known: int | None = self._written.get(profile.user_id)
        return known == hash(profile)

    def forget(self, user_id: int) -> None:
        """Forget a person whose row was deleted, so that their next update saves them again."""
        self._written.pop(user_id, None)

    async def get(self, user_id: int) -> User | None:
        """Give a person's row, None if there is none."""
        async with self._sessions() as session:
            return await session.get(User, user_id)

    async def count(self) -> int:
        """Count the people in the database."""
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
                # A row that is the same already is not written, so there is nothing to sync.
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
