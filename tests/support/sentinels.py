"""A master with two replicas, and three Sentinels that watch over them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from tests.support.ports import free_port
from tests.support.servers import COMMON, PASSWORD, Server, end_all, start_all, until

SERVICE = "tally"
"""The name by which the Sentinels know the master."""
OWN_PASSWORD = "hunter3"
"""The password of the Sentinels."""


class Watched:
    """Servers with Sentinels that watch them.

    Args:
        servers: The servers; the first one starts as the master.
        sentinels: The Sentinels.
    """

    def __init__(self, servers: list[Server], sentinels: list[Server]) -> None:
        self.servers = servers
        self.sentinels = sentinels

    @property
    def url(self) -> str:
        """The value of REDIS_URL."""
        hosts = ",".join(f"127.0.0.1:{sentinel.port}" for sentinel in self.sentinels)
        return f"redis+sentinel://:{PASSWORD}@{hosts}/{SERVICE}/1?sentinel_password={OWN_PASSWORD}"

    async def master(self) -> Server:
        """Give the server that the Sentinels call the master."""
        _, port = await self.sentinels[0].ask("SENTINEL GET-MASTER-ADDR-BY-NAME", SERVICE)
        return next(server for server in self.servers if server.port == int(port))


@asynccontextmanager
async def watched(
    folder: Path, *, patience: int = 2000, template: Server | None = None
) -> AsyncIterator[Watched]:
    """Run servers and Sentinels, and end them after the block.

    Args:
        folder: The folder for their data.
        patience: Milliseconds of silence after which a master counts as dead.
        template: Settings of all servers that differ from the defaults.
    """
    template = template or Server(folder)
    servers, sentinels = [
        [
            replace(template, folder=folder / f"{name}{number}", port=free_port())
            for number in range(3)
        ]
        for name in ("server", "sentinel")
    ]
    for server in servers:
        server.config = f"{COMMON}{template.config}"
        if server is not servers[0]:
            server.config += f"\nreplicaof 127.0.0.1 {servers[0].port}"
    for number, sentinel in enumerate(sentinels):
        sentinel.arguments = ("--sentinel",)
        sentinel.options = {**template.options, "password": OWN_PASSWORD}
        sentinel.config = _sentinel(number, sentinels, servers, patience)
    try:
        await start_all(servers)
        await until(lambda: _is_followed(servers[0]))
        await start_all(sentinels)
        yield Watched(servers, sentinels)
    finally:
        await end_all([*sentinels, *servers])


async def _is_followed(master: Server) -> bool:
    return await master.replicas() == 2


def _sentinel(number: int, sentinels: list[Server], servers: list[Server], patience: int) -> str:
    """Give a Sentinel's configuration, with all that it would find out after a while."""
    others = [
        f"sentinel known-sentinel {SERVICE} 127.0.0.1 {other.port} {_name(index)}"
        for index, other in enumerate(sentinels)
        if index != number
    ]
    replicas = [
        f"sentinel known-replica {SERVICE} 127.0.0.1 {server.port}" for server in servers[1:]
    ]
    return "\n".join(
        [
            f"requirepass {OWN_PASSWORD}",
            f"sentinel myid {_name(number)}",
            f"sentinel sentinel-pass {OWN_PASSWORD}",
            f"sentinel monitor {SERVICE} 127.0.0.1 {servers[0].port} 2",
            f"sentinel auth-pass {SERVICE} {PASSWORD}",
            f"sentinel down-after-milliseconds {SERVICE} {patience}",
            f"sentinel failover-timeout {SERVICE} 10000",
            *replicas,
            *others,
        ]
    )


def _name(number: int) -> str:
    return f"{number + 1:040x}"
