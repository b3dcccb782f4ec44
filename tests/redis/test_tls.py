"""TLS and passwords, with one server, a cluster and Sentinels."""

import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme

from durable_dialogs.redis.address import parse
from durable_dialogs.redis.connection import connect
from playground_support.tiers import EVERYTHING
from telegram_playground import Playground
from tests.dialogs.test_counter import open_counter
from tests.support.clusters import TallyCluster, running_cluster
from tests.support.cuts import goes_on_after_cuts
from tests.support.groups import ending
from tests.support.nursery import START
from tests.support.refusals import refusal
from tests.support.sentinels import watched
from tests.support.servers import PASSWORD, PROTECTED, Server, end_all
from tests.support.tally import Tally

USER = "tally"
MISSING = "no Redis server that speaks TLS is installed (Debian: apt-get install redis-server)"


@dataclass(frozen=True, slots=True)
class Speaking:
    """What a server with TLS needs.

    Attributes:
        program: The server's program.
        tls: The lines of its configuration for TLS.
        authority: The file with the certificate of its authority.
        stranger: The file with the certificate of another authority.
    """

    program: Path
    tls: str
    authority: Path
    stranger: Path


def _program() -> Path | None:
    """Find a server that was built with TLS; Tally's own one was not."""
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            # A server that knows TLS complains about the missing certificate.
            command = [found, "--port", "0", "--tls-port", "1"]
            tried = subprocess.run(command, capture_output=True, check=False, timeout=START)  # noqa: S603 - ours
            if b"tls-cert-file" in tried.stdout + tried.stderr:
                return Path(found)
    return None


@pytest.fixture(scope="module")
def speaking(tmp_path_factory: pytest.TempPathFactory) -> Speaking:
    """Find a server with TLS, and make its certificates."""
    program = _program()
    if program is None and not EVERYTHING:
        pytest.skip(MISSING)
    assert program, MISSING
    folder = tmp_path_factory.mktemp("certificates")
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1")
    authority.cert_pem.write_to_path(str(folder / "authority.pem"))
    trustme.CA().cert_pem.write_to_path(str(folder / "stranger.pem"))
    certificate.private_key_pem.write_to_path(str(folder / "key.pem"))
    certificate.cert_chain_pems[0].write_to_path(str(folder / "certificate.pem"))
    tls = f"""
tls-cert-file "{folder}/certificate.pem"
tls-key-file "{folder}/key.pem"
tls-ca-cert-file "{folder}/authority.pem"
tls-auth-clients no
tls-replication yes
"""
    return Speaking(program, tls, folder / "authority.pem", folder / "stranger.pem")


def server_for(speaking: Speaking, folder: Path) -> Server:
    """Make a server with TLS and a user with limited rights, not started yet."""
    return Server(
        folder,
        config=f"user {USER} on >{PASSWORD} ~tally:* &tally:* +@all -@dangerous\n",
        tls=speaking.tls,
        program=speaking.program,
        options={"password": PASSWORD, "ssl": True, "ssl_ca_certs": str(speaking.authority)},
    )


@pytest.fixture(scope="module")
async def server(
    speaking: Speaking, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Server]:
    """Give a server with TLS."""
    own = server_for(speaking, tmp_path_factory.mktemp("server"))
    own.config += PROTECTED
    try:
        yield await own.start()
    finally:
        await end_all([own])


@pytest.fixture(scope="module")
async def cluster(
    speaking: Speaking, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[TallyCluster]:
    """Give a cluster with TLS, also between its nodes."""
    folder = tmp_path_factory.mktemp("cluster")
    template = server_for(speaking, folder)
    template.config += "tls-cluster yes\n"
    async with running_cluster(folder, template=template) as own:
        yield own


async def test_a_counter_works_on_a_cluster_by_tls_with_a_limited_user(
    playground: Playground, cluster: TallyCluster, speaking: Speaking, tmp_path: Path
) -> None:
    url = cluster.url.replace("redis+cluster://:", f"rediss+cluster://{USER}:")
    settings = {"REDIS_URL": f"{url}?ssl_ca_certs={speaking.authority}", "REDIS_WAIT": "1"}
    async with Tally.on(playground, tmp_path / "data", **settings).running() as tally:
        people = [await playground.person(name) for name in ("Ann", "Boris", "Clara", "Dan")]
        for person in people:
            counter = await open_counter(person)
            await person.press(counter, "+1")
            await person.press(counter, "Confirm")
            await person.until(counter, ending("Total: 1"))
        assert await tally.stop() == 0
    assert PASSWORD not in tally.log.read_text()


async def test_one_server_is_reached_by_tls_with_user_and_password(
    server: Server, speaking: Speaking
) -> None:
    for user in ("", USER):
        url = f"rediss://{user}:{PASSWORD}@127.0.0.1:{server.port}/0"
        async with AsyncExitStack() as parts:
            redis, _ = connect(parse(f"{url}?ssl_ca_certs={speaking.authority}"), 0, parts)
            assert await redis.ping()


async def test_commands_work_after_a_tls_server_closed_idle_connections(
    server: Server, speaking: Speaking
) -> None:
    url = f"rediss://:{PASSWORD}@127.0.0.1:{server.port}/0?ssl_ca_certs={speaking.authority}"
    await goes_on_after_cuts(url, server)


@pytest.mark.thorough
async def test_sentinels_and_master_are_reached_by_tls(speaking: Speaking, tmp_path: Path) -> None:
    async with (
        watched(tmp_path, template=server_for(speaking, tmp_path)) as servers,
        AsyncExitStack() as parts,
    ):
        url = servers.url.replace("redis+", "rediss+").replace("://:", f"://{USER}:")
        redis, batch = connect(parse(f"{url}&ssl_ca_certs={speaking.authority}"), 1, parts)
        assert await redis.ping()
        assert await batch.send("SET", "tally:key", 1, safe=True)
        # Without the certificate of the authority, no certificate is trusted.
        assert await refusal(url) == "No master found for 'tally'"


async def test_a_failed_authentication_is_explained_in_one_line(
    server: Server, cluster: TallyCluster, speaking: Speaking
) -> None:
    host = f"127.0.0.1:{server.port}"
    trusted, strange = [f"?ssl_ca_certs={file}" for file in (speaking.authority, speaking.stranger)]
    assert "certificate verify failed" in await refusal(f"rediss://:{PASSWORD}@{host}{strange}")
    assert "certificate verify failed" in await refusal(
        f"{cluster.url.replace('redis+', 'rediss+')}{strange}"
    )
    assert "invalid username-password pair" in await refusal(f"rediss://:wrong@{host}{trusted}")
    assert "invalid username-password pair" in await refusal(
        f"rediss+cluster://:wrong@127.0.0.1:{cluster.servers[0].port}{trusted}"
    )
    await refusal(f"redis://:{PASSWORD}@{host}")
    assert await refusal(f"rediss://{host}?surely=not") == (
        "REDIS_URL: has an option that redis-py does not know"
    )
