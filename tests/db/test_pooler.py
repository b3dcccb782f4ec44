"""PostgreSQL behind a PgBouncer that lends a connection for each transaction."""

import asyncio
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from db.engine import create_engine
from db.migrations import upgrade
from db.sessions import Sessions
from db.totals import Totals
from db.users import Profile, Users
from tests.support import postgres
from tests.support.nursery import START
from tests.support.ports import free_port
from tests.support.samples import all_of, new_total
from tests.support.tally import Tally

SETTINGS = """[databases]
postgres = host={server} user=tally
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = trust
auth_file = {folder}/users.txt
pool_mode = transaction
default_pool_size = 2
"""


@pytest.fixture
def pooled() -> Iterator[str]:
    """Give the address of an empty database behind PgBouncer, without options."""
    program = shutil.which("pgbouncer")
    if program is None:
        pytest.skip("PgBouncer is not installed (Debian: apt-get install pgbouncer)")
    port = free_port()
    with postgres.serving(postgres.required()) as url, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "users.txt").write_text('"tally" ""\n')
        server = url.partition("host=")[2]
        (folder / "settings").write_text(SETTINGS.format(server=server, port=port, folder=folder))
        # PgBouncer refuses to run as root.
        user = () if os.getuid() else ("--user", "nobody")
        command = [program, "--quiet", *user, str(folder / "settings")]
        with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:  # noqa: S603 - ours
            try:
                yield f"postgresql+asyncpg://tally@127.0.0.1:{port}/postgres"
            finally:
                process.terminate()


async def until_listening(port: int) -> None:
    async with asyncio.timeout(START):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.02)
            else:
                writer.close()
                return


async def test_many_clients_share_two_connections_of_a_pooler(pooled: str, tmp_path: Path) -> None:
    await until_listening(int(pooled.rpartition(":")[2].partition("/")[0]))
    url = f"{pooled}?prepared_statement_cache_size=0&statement_cache_size=0"
    await asyncio.gather(*(upgrade(url) for _ in range(3)))
    engines = [create_engine(url) for _ in range(3)]
    workers = [Sessions(engine, START) for engine in engines]

    async def work(number: int) -> None:
        sessions = workers[number % len(workers)]
        await Totals(sessions).add(new_total())
        await Users(sessions).seen(*(Profile(i, f"P{number}", None, None) for i in range(1, 30)))

    await asyncio.gather(*(work(number) for number in range(30)))
    assert len(await all_of(Totals(workers[0]))) == 30
    for engine in engines:
        await engine.dispose()
    # Other processes would give their prepared statements the same names.
    tally = Tally(tmp_path / "data", DATABASE_URL=url)
    for _ in range(2):
        status, _, errors = await tally.run("totals", "--user", "1")
        assert (status, errors) == (0, "")
