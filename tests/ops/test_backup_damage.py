"""A damaged or foreign backup is refused: one line, status 2, and no data is touched."""

import asyncio
import json
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from db.migrations import upgrade
from ops.backup import LOCK, put_in_place
from ops.backup_archive import DamagedError, pack, unpack
from ops.folder_lock import lock
from tests.support.tally import Tally

PARTS = {"tally.db": b"SQLite format 3\0" + bytes(range(32)), "valkey.rdb": b"REDIS0011"}
SOME = 7
"""If not every bit is flipped in turn, every seventh is: at least one in each byte."""

Parts = dict[str, bytes]


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Give a small archive whose parts have no meaning."""
    folder = tmp_path / "small"
    folder.mkdir()
    for name, content in PARTS.items():
        (folder / name).write_bytes(content)
    pack(folder, tmp_path / "small.backup")
    return tmp_path / "small.backup"


@pytest.fixture
async def tally(tmp_path: Path) -> Tally:
    """Give a bot that is stopped and has a database."""
    own = Tally(tmp_path / "data")
    await upgrade(f"sqlite+aiosqlite:///{own.data}/tally.db")
    return own


@pytest.fixture
async def archive(tally: Tally, tmp_path: Path) -> Path:
    """Give a backup of it."""
    file = tmp_path / "tally.backup"
    status, _, errors = await tally.run("backup", str(file))
    assert (status, errors) == (0, "")
    return file


def contents(archive: Path) -> Parts:
    """Read all files in an archive."""
    with zipfile.ZipFile(archive) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def rewritten(archive: Path, parts: Parts) -> None:
    """Write an archive as a zip program does, without Tally's checksum of the whole."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)


async def refused(tally: Tally, archive: Path, *, says: str = "") -> None:
    """Check that `restore --replace` refuses an archive in one line and touches no data."""
    before = snapshot(tally.data)
    status, out, errors = await tally.run("restore", "--replace", str(archive))
    assert (status, out) == (2, "")
    assert errors.startswith(f"{archive} could not be restored: ")
    assert errors.count("\n") == 1
    assert says in errors
    assert snapshot(tally.data) == before


def snapshot(folder: Path) -> dict[Path, tuple[int, bytes]]:
    """Read all that is in a folder."""
    return {
        path: (path.stat().st_ino, path.read_bytes())
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("step", [SOME, pytest.param(1, marks=pytest.mark.thorough)])
def test_every_flipped_bit_and_every_cut_is_found(small: Path, tmp_path: Path, step: int) -> None:
    whole, changed, out = small.read_bytes(), tmp_path / "changed", tmp_path / "out"
    out.mkdir()
    assert unpack(small, out)
    for place in range(0, len(whole) * 8, step):
        content = bytearray(whole)
        content[place // 8] ^= 1 << place % 8
        changed.write_bytes(content)
        with pytest.raises(DamagedError):
            unpack(changed, out)
    for length in range(len(whole)):
        changed.write_bytes(whole[:length])
        with pytest.raises(DamagedError):
            unpack(changed, out)


@pytest.mark.parametrize("step", [SOME, pytest.param(1, marks=pytest.mark.thorough)])
def test_without_checksums_a_flipped_bit_is_found_or_changes_nothing(
    tmp_path: Path, step: int
) -> None:
    older, changed, out = tmp_path / "older", tmp_path / "changed", tmp_path / "out"
    out.mkdir()
    rewritten(older, {"about.json": b'{"format": 1}', **PARTS})
    whole = older.read_bytes()
    assert not unpack(older, out)
    found = 0
    for place in range(0, len(whole) * 8, step):
        content = bytearray(whole)
        content[place // 8] ^= 1 << place % 8
        changed.write_bytes(content)
        try:
            unpack(changed, out)
        except DamagedError:
            found += 1
        else:
            assert {name: (out / name).read_bytes() for name in PARTS} == PARTS
    assert found > len(whole) // step


@pytest.mark.parametrize(
    "damage", ["half", "a byte less", "empty", "another file", "a bit", "a byte more"]
)
async def test_a_damaged_archive_is_refused(tally: Tally, archive: Path, damage: str) -> None:
    whole = await asyncio.to_thread(archive.read_bytes)
    damaged = {
        "half": whole[: len(whole) // 2],
        "a byte less": whole[:-1],
        "empty": b"",
        "another file": b"no zip at all\n" * 100,
        "a bit": whole[:200] + bytes([whole[200] ^ 4]) + whole[201:],
        "a byte more": whole + b"\n",
    }
    await asyncio.to_thread(archive.write_bytes, damaged[damage])
    await refused(tally, archive, says="it is damaged, or no backup of Tally")


async def test_what_is_not_there_or_no_file_is_refused(tally: Tally, tmp_path: Path) -> None:
    await refused(tally, tmp_path / "nothing", says="No such file")
    await refused(tally, tmp_path, says="Is a directory")


@pytest.mark.parametrize(
    "about",
    [
        b"",
        b"no json",
        b"\xff\xfe{}",
        b"[]",
        b"null",
        b"{}",
        b'{"format": "1"}',
        b'{"format": true}',
        b'{"format": null}',
        b'{"format": 0}',
        b'{"format": 1.5}',
        b'{"format": 1, "sha256": []}',
        b'{"format": 1, "sha256": {"tally.db": 7}}',
        b"[" * 50_000,
        b'{"format": 1}' + b" " * 100_000,
    ],
    ids=lambda about: repr(about[:30]),
)
async def test_an_odd_about_is_refused(tally: Tally, archive: Path, about: bytes) -> None:
    rewritten(archive, contents(archive) | {"about.json": about})
    await refused(tally, archive, says="its about.json does not belong to a backup of Tally")


async def test_a_missing_part_is_refused(tally: Tally, archive: Path) -> None:
    parts = contents(archive)
    for missing in parts:
        rewritten(archive, {name: part for name, part in parts.items() if name != missing})
        await refused(tally, archive, says="it is damaged, or no backup of Tally")


async def test_a_part_that_is_not_that_of_its_checksum_is_refused(
    tally: Tally, archive: Path
) -> None:
    parts = contents(archive)
    for name in ("tally.db", "valkey.rdb"):
        rewritten(archive, parts | {name: parts[name] + b"\0"})
        await refused(tally, archive, says=f"its {name} is damaged: the checksum differs")
    about = json.loads(parts["about.json"])
    for sums in ({}, {"tally.db": about["sha256"]["tally.db"]}):
        rewritten(archive, parts | {"about.json": json.dumps(about | {"sha256": sums}).encode()})
        await refused(tally, archive, says="is damaged: the checksum differs")


async def test_a_newer_backup_is_refused(tally: Tally, archive: Path) -> None:
    rewritten(archive, contents(archive) | {"about.json": b'{"format": 2}'})
    await refused(tally, archive, says="it was written by a newer version of this code")


def database(folder: Path, *statements: str) -> bytes:
    """Make an SQLite database and give its bytes."""
    file = folder / "made.db"
    with closing(sqlite3.connect(file)) as made:
        made.execute("VACUUM")
        for statement in statements:
            made.execute(statement)
        made.commit()
    return file.read_bytes()


STAMP = "CREATE TABLE alembic_version (version_num VARCHAR(32))"
TABLES = "CREATE TABLE totals (id)", "CREATE TABLE users (id)"


@pytest.mark.parametrize(
    ("statements", "says"),
    [
        ((), "its tally.db is not a database of Tally"),
        (("CREATE TABLE songs (name)",), "its tally.db is not a database of Tally"),
        ((STAMP, "INSERT INTO alembic_version VALUES ('0001')"), "is not a database of Tally"),
        ((STAMP, *TABLES), "its tally.db is not a database of Tally"),
        ((STAMP, *TABLES, "INSERT INTO alembic_version VALUES ('9999')"), "revision 9999"),
    ],
    ids=["empty", "another program's", "no totals", "no stamp", "newer"],
)
async def test_another_database_is_refused(
    tally: Tally, archive: Path, tmp_path: Path, statements: tuple[str, ...], says: str
) -> None:
    older = {"about.json": b'{"format": 1}', "tally.db": database(tmp_path, *statements)}
    rewritten(archive, contents(archive) | older)
    await refused(tally, archive, says=says)


async def test_parts_that_cannot_be_read_are_refused(tally: Tally, archive: Path) -> None:
    good = contents(archive) | {"about.json": b'{"format": 1}'}
    torn = good["tally.db"][:4096] + b"\x7f" * 8192 + good["tally.db"][12288:]
    for content in (b"", b"no database" * 999, torn):
        rewritten(archive, good | {"tally.db": content})
        await refused(tally, archive, says="its tally.db is ")
    dump = good["valkey.rdb"]
    for content in (b"", b"no dump", dump[:-8] + bytes(8 * [1]), b"REDIS0011" + bytes(100)):
        rewritten(archive, good | {"valkey.rdb": content})
        await refused(tally, archive, says="its valkey.rdb ")


async def test_a_backup_without_checksums_comes_back_with_a_word(
    archive: Path, tmp_path: Path
) -> None:
    rewritten(archive, contents(archive) | {"about.json": b'{"format": 1}'})
    other = Tally(tmp_path / "other" / "data")
    other.data.parent.mkdir()
    status, out, errors = await other.run("restore", str(archive))
    assert (status, errors) == (0, "")
    assert out == "An older version wrote this backup, without checksums; it can be read.\n"
    assert (other.data / "tally.db").exists()


@pytest.mark.parametrize("content", [b"", b"no database" * 999], ids=["empty", "damaged"])
async def test_what_could_not_be_restored_is_not_backed_up(tmp_path: Path, content: bytes) -> None:
    tally = Tally(tmp_path / "data")
    tally.data.mkdir()
    (tally.data / "tally.db").write_bytes(content)
    file = tmp_path / "tally.backup"
    status, _, errors = await tally.run("backup", str(file))
    assert status == 2
    assert errors.startswith(f"{file} could not be written: ")
    assert errors.count("\n") == 1
    assert not file.exists()


async def test_one_at_a_time(tally: Tally, archive: Path, tmp_path: Path) -> None:
    says = f"another backup or restore of {tally.data} is running; try again when it has ended\n"
    before = snapshot(tally.data)
    with lock(tally.data / LOCK):
        for command in (("backup", str(tmp_path / "b")), ("restore", "--replace", str(archive))):
            status, _, errors = await tally.run(*command)
            assert (status, errors) == (2, says)
    assert snapshot(tally.data) == before
    backups = [tally.run("backup", str(tmp_path / f"backup{number}")) for number in range(4)]
    done = {(status, errors) for status, _, errors in await asyncio.gather(*backups)}
    assert (0, "") in done
    assert done <= {(0, ""), (2, says)}
    restores = [tally.run("restore", "--replace", str(archive)) for _ in range(4)]
    done = {(status, errors) for status, _, errors in await asyncio.gather(*restores)}
    assert (0, "") in done
    assert done <= {(0, ""), (2, says)}


def test_what_fails_halfway_is_put_back(tmp_path: Path) -> None:
    data = tmp_path / "data"
    for name in ("valkey/here", "tally.db", "new/valkey/new", "new/tally.db"):
        (data / name).parent.mkdir(parents=True, exist_ok=True)
        (data / name).write_text(name)
    before = snapshot(data)
    here = [data / "tally.db", data / "valkey"]
    new = [
        (data / "new" / "valkey", data / "valkey"),
        (data / "new" / "tally.db", tmp_path / "no folder" / "tally.db"),
    ]
    with pytest.raises(FileNotFoundError):
        put_in_place(data, here, new)
    assert snapshot(data) == before
    assert {path.name for path in data.iterdir()} == {"new", "tally.db", "valkey"}
