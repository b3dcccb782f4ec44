"""Options of DATABASE_URL: the names of libpq and asyncpg, and TLS."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme
from sqlalchemy import make_url

from db.address import CONNECT, asyncpg_arguments
from db.engine import create_engine
from db.errors import DatabaseUnavailableError
from db.migrations import upgrade
from db.sessions import Sessions
from db.totals import Totals
from tests.support import postgres
from tests.support.ports import free_port
from tests.support.samples import all_of, new_total
from tests.support.tally import Tally

PASSWORD = "hunter2/@?"
ESCAPED = "hunter2%2F%40%3F"
PLACE = "postgresql+asyncpg://tally@127.0.0.1/tally"


@dataclass(frozen=True, slots=True)
class Guarded:
    """A server that wants TLS and a password.

    Attributes:
        url: The address of its database, without options.
        authority: The file with the certificate of the authority that signed the server's.
        stranger: The file with the certificate of another authority.
    """

    url: str
    authority: Path
    stranger: Path


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    """Give a server that requires TLS and a password (scram-sha-256)."""
    folder = tmp_path_factory.mktemp("certificates")
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "authority.pem"))
    trustme.CA().cert_pem.write_to_path(str(folder / "stranger.pem"))
    certificate = authority.issue_cert("127.0.0.1")
    port = free_port()
    with postgres.installed(postgres.required()) as server:
        server.guard(port, certificate, PASSWORD)
        url = f"postgresql+asyncpg://tally:{ESCAPED}@127.0.0.1:{port}/postgres"
        yield Guarded(url, folder / "authority.pem", folder / "stranger.pem")


async def test_a_connection_by_tls_with_a_password(guarded: Guarded) -> None:
    trusted = f"sslrootcert={guarded.authority}"
    for options in ("", "?sslmode=require", f"?ssl=verify-full&{trusted}"):
        await upgrade(f"{guarded.url}{options}")
    engine = create_engine(f"{guarded.url}?sslmode=verify-full&{trusted}&application_name=tally")
    totals = Totals(Sessions(engine))
    await totals.add(new_total())
    assert len(await all_of(totals)) == 1
    await engine.dispose()


async def test_a_failed_authentication_is_explained_in_one_line(
    guarded: Guarded, tmp_path: Path
) -> None:
    wrong = guarded.url.replace(ESCAPED, "wrong")
    for url, says in (
        (f"{guarded.url}?sslmode=verify-full&sslrootcert={guarded.stranger}", "verify failed"),
        (f"{guarded.url}?sslmode=disable", "no encryption"),
        (f"{wrong}?sslmode=require", "password authentication failed"),
    ):
        with pytest.raises(DatabaseUnavailableError, match=says) as caught:
            await upgrade(url)
        assert len(str(caught.value).splitlines()) == 1
    tally = Tally(tmp_path / "data", DATABASE_URL=f"{wrong}?sslmode=require")
    status, out, errors = await tally.run("totals")
    assert (status, out) == (2, "")
    assert "password authentication failed" in errors
    assert errors.count("\n") == 1
    assert "wrong" not in errors


COMMANDS = [("totals",), ("backup", "file"), ("restore", "file"), (), ("--workers", "2")]


@pytest.mark.parametrize("command", COMMANDS, ids=str)
async def test_an_unknown_option_is_told_in_one_line(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    url = f"postgresql+asyncpg://tally:{ESCAPED}@127.0.0.1:1/tally?channel_binding=require"
    status, out, errors = await Tally(tmp_path / "data", DATABASE_URL=url).run(*command)
    assert (status, out) == (2, "")
    assert errors == "DATABASE_URL: has an option that asyncpg does not know\n"


def test_options_are_numbers_where_asyncpg_wants_some() -> None:
    assert asyncpg_arguments(make_url(PLACE)) == {"timeout": CONNECT}
    options = "connect_timeout=3&command_timeout=2.5&prepared_statement_cache_size=10"
    assert asyncpg_arguments(make_url(f"{PLACE}?{options}")) == {
        "timeout": 3.0,
        "command_timeout": 2.5,
        "prepared_statement_cache_size": 10,
    }
