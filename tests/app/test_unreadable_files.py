"""Files that a start can't read: one readable line, exit status 2, and none of their content."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.app.test_start import SECRET, fails
from tests.support.ports import free_port
from tests.support.tally import Tally

ROOT = Path(__file__).parents[2]
SETTINGS = f"# Zähler\nBOT_TOKEN=7:{SECRET}\nLOG_LEVEL={SECRET}\n"

MANIFEST = "appendonlydir/appendonly.aof.manifest"


def put(kind: str, path: Path) -> Path:
    """Put a file of this kind at the path, and give the path."""
    match kind:
        case "UTF-16":
            path.write_bytes(SETTINGS.encode("utf-16"))
        case "a folder":
            path.mkdir()
        case "a broken disk":
            # Even root can open this file but not read it.
            path.symlink_to("/proc/self/mem")
    return path


@pytest.fixture
async def tally(tmp_path: Path) -> AsyncIterator[Tally]:
    """Give a bot that was not started; if it starts, it has a playground of its own."""
    own = Tally(tmp_path / "data", PLAYGROUND_PORT=str(free_port()), WEB_PORT=str(free_port()))
    yield own
    await own.clean_up()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (SETTINGS.encode("utf-16"), "is not UTF-8 text: save it as UTF-8"),
        (SETTINGS.encode("latin-1"), "is not UTF-8 text: save it as UTF-8"),
        (f"BOT_TOKEN=7:{SECRET}".encode("utf-16-le"), "has NUL bytes, so it is not UTF-8 text"),
        (b"LOG_LEVEL=INFO\0", "has NUL bytes, so it is not UTF-8 text: save it as UTF-8"),
        (f'DIALOG_TTL=7\nBOT_TOKEN="7:{SECRET}\n'.encode(), "line 2 is not like NAME=value"),
    ],
    ids=["UTF-16", "Latin-1", "UTF-16 without a mark", "NUL", "a quote that does not end"],
)
async def test_settings_that_are_not_text(
    tally: Tally, tmp_path: Path, content: bytes, says: str
) -> None:
    (tmp_path / ".env").write_bytes(content)
    await refuses_settings(tally, says)


@pytest.mark.parametrize(
    ("kind", "says"), [("a folder", "Is a directory"), ("a broken disk", "Input/output error")]
)
async def test_settings_that_can_not_be_read(
    tally: Tally, tmp_path: Path, kind: str, says: str
) -> None:
    put(kind, tmp_path / ".env")
    await refuses_settings(tally, f"can't be read: {says}")


async def refuses_settings(tally: Tally, says: str) -> None:
    """Check that every command ends with this line about the settings, and shows no secret."""
    for command in ((), ("totals",), ("backup", "file"), ("restore", "file")):
        status, out, errors = await tally.run(*command)
        assert (status, out) == (2, "")
        assert errors.startswith(f".env: {says}")
        assert errors.count("\n") == 1
        assert SECRET not in errors


async def test_settings_with_a_byte_order_mark_are_read(tally: Tally, tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(f"LOG_LEVEL={SECRET}\n".encode("utf-8-sig"))
    assert (await fails(tally)).startswith("LOG_LEVEL: input should be 'DEBUG'")


async def test_settings_that_this_user_may_not_read(tmp_path: Path) -> None:
    settings = tmp_path / ".env"
    settings.write_text(SETTINGS)
    settings.chmod(0)
    # Root reads every file, unless it has given up this right (capabilities(7)).
    rights = "-dac_override,-dac_read_search"
    as_others = ["setpriv", f"--bounding-set={rights}", f"--inh-caps={rights}"]
    process = await asyncio.create_subprocess_exec(
        *([] if os.geteuid() else as_others),
        *(sys.executable, str(ROOT / "main.py"), "totals"),
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"]},
        stdout=PIPE,
        stderr=PIPE,
    )
    out, errors = await process.communicate()
    assert (process.returncode, out) == (2, b"")
    assert errors == b".env: can't be read: Permission denied\n"


PEM = {
    "missing": "can't be read: No such file or directory",
    "a folder": "can't be read: Is a directory",
    "a broken disk": "can't be read: Input/output error",
    "UTF-16": "is not in the PEM format",
}
"""What the line says about each kind of certificate or key file."""


@pytest.mark.parametrize("kind", PEM)
@pytest.mark.parametrize("option", ["ssl_ca_certs", "ssl_certfile", "ssl_keyfile"])
async def test_certificates_of_redis(tally: Tally, tmp_path: Path, kind: str, option: str) -> None:
    file = put(kind, tmp_path / "file.pem")
    url = f"rediss://:{SECRET}@127.0.0.1:{free_port()}/0?{option}={file}"
    assert await fails(tally, REDIS_URL=url) == f"REDIS_URL: has an {option} that {PEM[kind]}"


@pytest.mark.parametrize("kind", PEM)
@pytest.mark.parametrize("option", ["sslrootcert", "sslcert", "sslkey", "sslcrl"])
async def test_certificates_of_postgresql(
    tally: Tally, tmp_path: Path, kind: str, option: str
) -> None:
    file = put(kind, tmp_path / "file.pem")
    url = f"postgresql+asyncpg://tally:{SECRET}@127.0.0.1:{free_port()}/tally"
    line = await fails(tally, DATABASE_URL=f"{url}?sslmode=verify-full&{option}={file}")
    says = "is not a file" if kind in {"missing", "a folder"} else PEM[kind]
    assert line == f"DATABASE_URL: has an {option} that {says}"


@pytest.mark.parametrize(
    "content",
    [f"*:*:*:*:{SECRET}ü".encode("utf-16"), SECRET.encode()],
    ids=["UTF-16", "no fields"],
)
async def test_a_password_file_of_postgresql(tally: Tally, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "passwords"
    file.write_bytes(content)
    file.chmod(0o600)
    url = f"postgresql+asyncpg://tally@127.0.0.1:{free_port()}/tally?passfile={file}"
    line = await fails(tally, DATABASE_URL=url)
    assert line.endswith(": the password file or a variable PG... can't be read")


@pytest.mark.parametrize(
    "content",
    [
        '["settings", null, {}]\n'.encode("utf-16"),
        b"5\n",
        b'["hunter2", 1, {}]\n',
        b'["settings", null, {"hunter2": 1}]\n',
        b'["chat", 1, {"hunter2": 1}]\n',
        b'["chat", {"hunter2": 1}, {}]\n',
        b'["message", 1, {}]\n',
        b'["update", "hunter2", {}]\n',
    ],
    ids=range(8),
)
async def test_the_chats_of_the_playground(tally: Tally, content: bytes) -> None:
    journal = tally.data / "playground" / "1234567" / "journal"
    journal.parent.mkdir(parents=True)
    journal.write_bytes(content)
    says = f"{journal} is damaged, or of another version: move it away to begin anew"
    assert await fails(tally) == f"DATA_DIR: {says}"
    assert journal.read_bytes() == content


@pytest.mark.parametrize(
    ("kind", "name", "setting"),
    [
        ("UTF-16", "playground", "DATA_DIR: "),
        ("a folder", "playground/1234567/journal", "DATA_DIR: "),
        ("a broken disk", "playground/1234567/journal", "DATA_DIR: "),
        ("a folder", "playground/1234567/lock", "DATA_DIR: "),
        ("UTF-16", "tally.db", "DATABASE_URL: "),
        ("a folder", "tally.db", "DATABASE_URL: "),
        ("a broken disk", "tally.db", "DATABASE_URL: "),
        ("a folder", "tally.db-wal", "DATABASE_URL: "),
        ("UTF-16", "valkey", "the embedded Valkey does not start: "),
        ("a folder", "valkey/valkey.lock", "the embedded Valkey does not start: "),
        ("a folder", "valkey/valkey.log", "the embedded Valkey does not start: "),
        ("UTF-16", f"valkey/{MANIFEST}", "the embedded Valkey does not start: it ended; see "),
        ("a folder", f"valkey/{MANIFEST}", "the embedded Valkey does not start: it ended; see "),
    ],
)
async def test_the_data_folder(tally: Tally, kind: str, name: str, setting: str) -> None:
    path = tally.data / name
    path.parent.mkdir(parents=True)
    put(kind, path)
    assert (await fails(tally)).startswith(setting)
