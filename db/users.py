"""The repository of persons."""

from collections import OrderedDict
from datetime import UTC, datetime

from sqlalchemy import func, or_, select

from db.models import User
from db.sessions import Sessions
from db.upsert import insert

REMEMBERED = 10_000
"""Persons whose row a process remembers, those seen last."""


class Users:
    """Keeps what Telegram tells of persons.

    Every method raises `sqlalchemy.exc.DBAPIError` while the database is away.

    Args:
        sessions: The database's, shared by its repositories.
    """

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._written: OrderedDict[int, dict[str, str | None]] = OrderedDict()

    async def seen(
        self, user_id: int, first_name: str, username: str | None, language: str | None
    ) -> None:
        """Note who a person is, as the latest update tells.

        A person whom this process saw unchanged costs no query. (Where another
        process wrote something else meanwhile, that stays until the next change.)

        Args:
            user_id: The person's id in Telegram.
            first_name: The first name.
            username: Without the @, None where the person has none.
            language: The `language_code` of the person's client, None where it tells none.
        """
        profile = {"first_name": first_name, "username": username, "language": language}
        if self._written.get(user_id) != profile:
            await self._write(user_id, profile)
            self._written[user_id] = profile
        self._written.move_to_end(user_id)
        if len(self._written) > REMEMBERED:
            self._written.popitem(last=False)

    def knows(
        self, user_id: int, first_name: str, username: str | None, language: str | None
    ) -> bool:
        """Tell whether `seen` would have nothing to do."""
        profile = {"first_name": first_name, "username": username, "language": language}
        return self._written.get(user_id) == profile

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

    async def _write(self, user_id: int, profile: dict[str, str | None]) -> None:
        async with self._sessions.writing() as session:
            row = insert(session, User).values(id=user_id, created_at=datetime.now(UTC), **profile)
            await session.execute(
                row.on_conflict_do_update(
                    index_elements=[User.id],
                    set_={name: row.excluded[name] for name in profile},
                    # A row that says so already is left alone: nothing to sync to the disk.
                    where=or_(
                        *(
                            getattr(User, name).is_distinct_from(row.excluded[name])
                            for name in profile
                        )
                    ),
                )
            )
