"""Profiles are saved, at no cost while they stay the same."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from db import users as users_module
from db.engine import create_engine
from db.sessions import Sessions
from db.totals import Totals
from db.users import Profile, Users
from tests.support.samples import NOON, new_total


@contextmanager
def statements(engine: AsyncEngine) -> Iterator[list[str]]:
    """Give a list that gets each statement of the block."""
    sent: list[str] = []

    def note(*arguments: Any) -> None:
        sent.append(arguments[2])

    event.listen(engine.sync_engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine.sync_engine, "before_cursor_execute", note)


async def known(users: Users, user_id: int) -> tuple[str, str | None, str | None]:
    person = await users.get(user_id)
    assert person is not None
    return person.first_name, person.username, person.language


async def test_a_person_is_remembered(users: Users) -> None:
    await users.seen(Profile(7, "Ann", "ann", "en-GB"))
    assert await known(users, 7) == ("Ann", "ann", "en-GB")


async def test_an_unknown_person_is_none(users: Users) -> None:
    assert await users.get(7) is None


async def test_a_changed_profile_is_saved(users: Users) -> None:
    await users.seen(Profile(7, "Ann", "ann", "en"))
    await users.seen(Profile(7, "Anna \N{SPARKLES}", None, None))
    assert await known(users, 7) == ("Anna \N{SPARKLES}", None, None)


async def test_a_person_known_by_a_total_gets_a_name(totals: Totals, users: Users) -> None:
    await totals.add(new_total(user_id=7))
    await users.seen(Profile(7, "Ann", None, "en"))
    person = await users.get(7)
    assert person is not None
    assert (person.first_name, person.created_at) == ("Ann", NOON)


async def test_an_unchanged_profile_costs_no_query(users: Users, engine: AsyncEngine) -> None:
    await users.seen(Profile(7, "Ann", "ann", "en"))
    with statements(engine) as sent:
        await users.seen(Profile(7, "Ann", "ann", "en"))
    assert sent == []


async def test_an_unchanged_person_is_not_written_again_after_a_restart(
    sessions: Sessions, other_sessions: Sessions
) -> None:
    await Users(sessions).seen(Profile(7, "Ann", None, "en"))
    written = {"sqlite": "PRAGMA data_version", "postgresql": "SELECT xmin::text FROM users"}
    async with other_sessions() as observer:
        query = text(written[observer.get_bind().dialect.name])

        async def version() -> int:
            number = int((await observer.execute(query)).scalar_one())
            await observer.rollback()
            return number

        before = await version()
        await Users(sessions).seen(Profile(7, "Ann", None, "en"))
        assert await version() == before
        await Users(sessions).seen(Profile(7, "Anna", None, "en"))
        assert await version() > before


async def test_a_deleted_person_is_saved_again_when_seen(users: Users, sessions: Sessions) -> None:
    await users.seen(Profile(7, "Ann", "ann", "en"))
    async with sessions.writing() as session:
        await session.execute(text("DELETE FROM users"))
    users.forget(7)
    await users.seen(Profile(7, "Ann", "ann", "en"))
    assert await known(users, 7) == ("Ann", "ann", "en")


async def test_memory_is_bounded_and_keeps_those_seen_last(
    sessions: Sessions, engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(users_module, "REMEMBERED", 2)
    users = Users(sessions)
    for user_id in (1, 2, 1, 3):
        await users.seen(Profile(user_id, "Ann", None, None))
    with statements(engine) as sent:
        await users.seen(Profile(1, "Ann", None, None))
        await users.seen(Profile(3, "Ann", None, None))
        assert sent == []
        await users.seen(Profile(2, "Ann", None, None))
        assert sent != []


async def test_a_crowd_is_written_together(users: Users, engine: AsyncEngine) -> None:
    crowd = [Profile(user_id, f"P{user_id}", None, "en") for user_id in range(100, 0, -1)]
    with statements(engine) as sent:
        await users.seen(*crowd)
    assert len([statement for statement in sent if statement.startswith("INSERT")]) == 1
    assert await users.count() == len(crowd)
    assert await known(users, 100) == ("P100", None, "en")


async def test_a_person_whose_write_failed_is_saved_when_seen_again(
    users: Users, engine: AsyncEngine
) -> None:
    profile = Profile(7, "Ann", "ann", "en")
    async with engine.begin() as connection:
        await connection.execute(text("ALTER TABLE users RENAME TO persons"))
    with pytest.raises(DBAPIError):
        await users.seen(profile)
    assert not users.knows(profile)
    async with engine.begin() as connection:
        await connection.execute(text("ALTER TABLE persons RENAME TO users"))
    await users.seen(profile)
    assert await known(users, 7) == ("Ann", "ann", "en")


async def test_a_write_without_an_answer_does_not_count_as_saved() -> None:
    users = Users(Sessions(create_engine("postgresql+asyncpg://tally@127.0.0.1:1/tally")))
    profile = Profile(7, "Ann", "ann", "en")
    with pytest.raises((OSError, SQLAlchemyError)):
        await users.seen(profile)
    assert not users.knows(profile)
