"""The bot on a master that Sentinels watch."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from redis.exceptions import ResponseError

from telegram_playground import Playground
from tests.redis.test_failover import saved
from tests.support.cuts import goes_on_after_cuts
from tests.support.ports import free_port
from tests.support.refusals import refusal
from tests.support.sentinels import OWN_PASSWORD, SERVICE, Watched, watched
from tests.support.servers import PASSWORD, Server, until
from tests.support.tally import Tally
from tests.support.tapping import begin
from tests.support.workers import working


@pytest.fixture(scope="module")
async def servers(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Watched]:
    """Give a master with two replicas and their Sentinels."""
    async with watched(tmp_path_factory.mktemp("watched")) as own:
        yield own


@pytest.fixture(scope="module")
async def pair(
    playground: Playground, servers: Watched, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[list[Tally]]:
    """Give two workers that wait for both replicas."""
    folder = tmp_path_factory.mktemp("pair")
    urls = [servers.url] * 2
    async with working(playground, folder, urls, patience=60, REDIS_WAIT="2") as running:
        yield [tally for tally, _ in running]


async def test_taps_count_once_when_a_master_is_killed(
    playground: Playground, servers: Watched, pair: list[Tally]
) -> None:
    tappings = await begin(playground, 3)
    for tapping in tappings:
        await tapping.until_counted(5)
    master, sentinel = await servers.master(), servers.sentinels[0]
    # The first Sentinel dies, too: the workers must ask another one.
    await asyncio.gather(master.end(), sentinel.end())
    await until(lambda: _has_left(servers, master))
    await asyncio.gather(master.start(), sentinel.start())
    for tapping in tappings:
        await tapping.until_counted(5)
    await asyncio.gather(*(saved(pair[0], tapping) for tapping in tappings))


@pytest.mark.thorough
async def test_taps_count_once_when_a_replica_takes_over(
    playground: Playground, servers: Watched, pair: list[Tally]
) -> None:
    (tapping,) = await begin(playground, 1)
    await tapping.until_counted(5)
    before = await servers.master()
    await until(lambda: _is_ordered(servers))
    await until(lambda: _has_left(servers, before))
    await tapping.until_counted(5)
    await saved(pair[0], tapping)


async def _is_ordered(servers: Watched) -> bool:
    """Order a failover; tell whether a replica can take over."""
    with suppress(ResponseError):
        await servers.sentinels[0].ask("SENTINEL FAILOVER", SERVICE)
        return True
    return False


async def _has_left(servers: Watched, master: Server) -> bool:
    """Tell whether another server is the master now."""
    others = [server for server in servers.servers if server is not master]
    is_master = await asyncio.gather(*(server.is_master() for server in others))
    return any(is_master) and not await master.is_master()


async def test_a_wrong_address_of_sentinels_is_explained_in_one_line(
    servers: Watched,
) -> None:
    url = servers.url
    assert await refusal(url.replace(f"/{SERVICE}/", "/other/")) == "No master found for 'other'"
    line = await refusal(url.replace(OWN_PASSWORD, "wrong"))
    assert line == "No master found for 'tally'"
    line = await refusal(url.replace(f":{PASSWORD}@", ":wrong@"))
    assert line == "invalid username-password pair or user is disabled."
    line = await refusal(f"redis+sentinel://127.0.0.1:{free_port()}/tally")
    assert line == "No master found for 'tally'"
    line = await refusal(f"redis://:{OWN_PASSWORD}@127.0.0.1:{servers.sentinels[0].port}")
    assert (
        line
        == "REDIS_URL: the server there is a sentinel, so the address must begin with redis+sentinel://"
    )


async def test_commands_work_after_master_and_sentinels_closed_idle_connections(
    servers: Watched,
) -> None:
    await goes_on_after_cuts(servers.url, *servers.sentinels, await servers.master())
