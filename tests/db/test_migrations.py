"""A database is brought up to date, or one line says why it can't be."""

import asyncio
import logging
import os
import sys
from asyncio.subprocess import PIPE, STDOUT
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, make_url, text

from app.settings import Settings
from db.engine import create_engine
from db.errors import DatabaseTooNewError, DatabaseUnavailableError, DatabaseUnstampedError
from db.migrations import check, configuration, migrating, upgrade
from db.models import Base
from db.sessions import Sessions
from db.totals import Totals
from tests.support.samples import NOON, all_of, new_total

ROOT = Path(__file__).parents[2]
SETTINGS = set(Settings.model_fields)


@pytest.fixture
def url(sqlite_url: str) -> str:
    """Give the address of an SQLite database that does not exist yet."""
    return sqlite_url


async def alembic(url: str, name: str, *arguments: str, **options: object) -> None:
    """Run one of Alembic's commands in this process."""
    config = configuration()

    def run(connection: Connection) -> None:
        config.attributes["connection"] = connection
        getattr(command, name)(config, *arguments, **options)

    async with migrating(url) as connection:
        await connection.run_sync(run)


def constraints(connection: Connection) -> dict[str, Any]:
    """Give the constraints of each table, which Alembic's own comparison ignores."""
    look = inspect(connection)
    return {
        table: (
            {check["name"]: check["sqltext"] for check in look.get_check_constraints(table)},
            look.get_pk_constraint(table),
            look.get_foreign_keys(table),
        )
        for table in Base.metadata.tables
    }


async def tables(url: str) -> set[str]:
    async with migrating(url) as connection:
        return set(await connection.run_sync(lambda sync: inspect(sync).get_table_names()))


async def test_models_and_migrations_agree(either_url: str) -> None:
    await upgrade(either_url)
    await alembic(either_url, "check")


async def test_models_and_migrations_agree_on_what_is_refused(url: str, tmp_path: Path) -> None:
    await upgrade(url)
    async with migrating(url) as migrated:
        from_migrations = await migrated.run_sync(constraints)
    async with migrating(f"sqlite+aiosqlite:///{tmp_path}/models.db") as made:
        await made.run_sync(Base.metadata.create_all)
        from_models = await made.run_sync(constraints)
    assert from_migrations == from_models


async def test_each_migration_can_be_reverted_and_repeated(either_url: str) -> None:
    await upgrade(either_url)
    revisions = list(ScriptDirectory.from_config(configuration()).walk_revisions())
    for _ in revisions:
        await alembic(either_url, "downgrade", "-1")
    assert await tables(either_url) == {"alembic_version"}

    await upgrade(either_url)
    assert await tables(either_url) == {"alembic_version", *Base.metadata.tables}


async def test_a_migration_keeps_what_was_saved(url: str) -> None:
    await upgrade(url)
    engine = create_engine(url)
    totals = Totals(Sessions(engine))
    for second in range(3):
        await totals.add(new_total(label="tea", created_at=NOON + timedelta(seconds=second)))
    before = [total.created_at for total in await all_of(totals)]
    await engine.dispose()
    await alembic(url, "downgrade", "0001")
    await upgrade(url)
    assert [total.created_at for total in await all_of(totals)] == before
    await engine.dispose()


async def test_an_upgrade_that_fails_leaves_nothing_behind(url: str) -> None:
    async with migrating(url) as connection:
        await connection.execute(text("CREATE TABLE totals (id INTEGER)"))

    with pytest.raises(DatabaseUnavailableError, match="table totals already exists"):
        await upgrade(url)
    assert await tables(url) == {"totals"}


UPGRADE = """
import asyncio, sys
from db.migrations import upgrade
print(flush=True)
sys.stdin.read()
asyncio.run(upgrade(sys.argv[1]))
"""
"""The code of a process that says that it is ready, waits for its input to end, and upgrades."""


async def test_several_processes_may_upgrade_at_once(either_url: str) -> None:
    if make_url(either_url).get_backend_name() == "postgresql":
        # Other tests have used this database; SQLite's file does not exist yet.
        async with migrating(either_url) as connection:
            await connection.execute(text("DROP SCHEMA public CASCADE"))
            await connection.execute(text("CREATE SCHEMA public"))
    processes = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", UPGRADE, either_url), cwd=ROOT, stdin=PIPE, stdout=PIPE
        )
        for _ in range(4)
    ]
    for process in processes:
        assert process.stdout
        await process.stdout.readline()
    for process in processes:
        assert process.stdin
        process.stdin.close()
    assert [await process.wait() for process in processes] == [0, 0, 0, 0]
    assert await tables(either_url) == {"alembic_version", *Base.metadata.tables}


async def test_a_database_up_to_date_is_only_read(
    sessions: Sessions, url: str, caplog: pytest.LogCaptureFixture
) -> None:
    await Totals(sessions).add(new_total())
    async with sessions.writing() as session:
        await session.execute(text("UPDATE totals SET value = 2"))
        async with asyncio.timeout(10):
            await upgrade(url)
    assert "Running" not in caplog.text


async def test_only_the_owner_can_read_a_new_file(tmp_path: Path) -> None:
    file = tmp_path / "data" / "tally.db"
    await upgrade(f"sqlite+aiosqlite:///{file}")
    assert file.stat().st_mode & 0o777 == 0o600


async def test_migrations_run_from_any_folder_with_any_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    await upgrade("sqlite+aiosqlite:///my data/100%/tally.db")
    assert (tmp_path / "my data" / "100%" / "tally.db").exists()


async def test_logging_stays_as_it_was(url: str) -> None:
    mine = logging.getLogger("tests.db.mine")
    before = logging.root.level, list(logging.root.handlers)
    await upgrade(url)
    assert (logging.root.level, list(logging.root.handlers)) == before
    assert not mine.disabled


async def test_a_newer_database_is_left_alone(url: str) -> None:
    await upgrade(url)
    async with migrating(url) as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(DatabaseTooNewError, match=r"newer than this code.* '9999'") as caught:
        await upgrade(url)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "damage",
    [
        "DROP TABLE alembic_version",
        "DELETE FROM alembic_version",
        "UPDATE alembic_version SET version_num = ''",
        "INSERT INTO alembic_version VALUES ('0003')",
    ],
)
async def test_a_database_that_has_lost_its_revision_is_left_alone(
    either_url: str, damage: str
) -> None:
    await upgrade(either_url)
    async with migrating(either_url) as connection:
        await connection.execute(text(damage))
    try:
        before = await tables(either_url)
        for look in (upgrade, check):
            with pytest.raises(DatabaseUnstampedError, match="has Tally's tables, but") as caught:
                await look(either_url)
            assert "\n" not in str(caught.value)
        assert await tables(either_url) == before
    finally:
        # Other tests use the same PostgreSQL.
        await alembic(either_url, "stamp", "head", purge=True)
    await upgrade(either_url)
    await check(either_url)


async def test_tables_of_another_program_do_not_count_as_damage(url: str) -> None:
    async with migrating(url) as connection:
        await connection.execute(text("CREATE TABLE orders (id INTEGER)"))
    await upgrade(url)
    assert await tables(url) == {"alembic_version", "orders", *Base.metadata.tables}


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        ("file/tally.db", "File exists: "),
        ("file/data/tally.db", "Not a directory: "),
        ("file", "file is not a database"),
        ("folder", "Is a directory: "),
    ],
)
async def test_a_database_that_cannot_be_opened_is_named_in_one_line(
    tmp_path: Path, place: str, reason: str
) -> None:
    (tmp_path / "file").write_text("This is no database, and no folder.")
    (tmp_path / "folder").mkdir()

    with pytest.raises(DatabaseUnavailableError, match=reason) as caught:
        await upgrade(f"sqlite+aiosqlite:///{tmp_path}/{place}")
    assert "\n" not in str(caught.value)
    assert f"{tmp_path}/{place} is not available" in str(caught.value)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("sqlite:///tally.db", "requires an async driver"),
        ("abacus://tally", "Can't load plugin"),
        ("mysql+asyncmy://tally@localhost/tally", "No module named"),
    ],
)
async def test_a_broken_driver_is_named(url: str, reason: str) -> None:
    with pytest.raises(DatabaseUnavailableError, match=reason) as caught:
        await upgrade(url)
    assert "\n" not in str(caught.value)


def test_no_password_is_shown() -> None:
    url = make_url("postgresql+asyncpg://tally:s3cret@db.example/tally?password=s3cret")
    shown = str(DatabaseUnavailableError(url, ConnectionRefusedError("Connection refused")))
    assert "s3cret" not in shown
    assert shown == (
        "the database postgresql+asyncpg://tally:***@db.example/tally is not available:"
        " Connection refused"
    )


async def migrate_beside(settings: Path) -> tuple[int | None, str]:
    """Migrate on the command line, in the folder of a `.env`; give the status and the output."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "alembic", "-c", str(ROOT / "alembic.ini"), "upgrade", "head"),
        cwd=settings.parent,
        env={key: value for key, value in os.environ.items() if key.lower() not in SETTINGS},
        stdout=PIPE,
        stderr=STDOUT,
    )
    said, _ = await process.communicate()
    return process.returncode, said.decode()


@pytest.mark.parametrize("setting", ["DATA_DIR={}", "DATABASE_URL=sqlite+aiosqlite:///{}/tally.db"])
async def test_alembic_migrates_on_the_command_line(setting: str, tmp_path: Path) -> None:
    settings = tmp_path / ".env"
    settings.write_text(setting.format(tmp_path / "own"))
    status, said = await migrate_beside(settings)
    assert status == 0, said

    engine = create_engine(f"sqlite+aiosqlite:///{tmp_path}/own/tally.db")
    assert await all_of(Totals(Sessions(engine))) == []
    await engine.dispose()
    assert not (tmp_path / "data").exists()


async def test_alembic_tells_a_wrong_setting(tmp_path: Path) -> None:
    settings = tmp_path / ".env"
    settings.write_text("DATABASE_URL=mysql://tally:hunter2@127.0.0.1/tally")
    status, said = await migrate_beside(settings)
    assert status not in {0, None}
    assert "DATABASE_URL: must begin with" in said
    assert "Traceback" not in said
    assert "hunter2" not in said
    assert not (tmp_path / "data").exists()
