"""A cluster of three masters with a replica each."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from redis.crc import key_slot

from tests.support.ports import free_port
from tests.support.servers import COMMON, PASSWORD, Server, end_all, start_all, until

SLOTS = ["0-5460", "5461-10922", "10923-16383"]
"""The hash slots of each master."""


class TallyCluster:
    """A cluster that runs.

    Args:
        servers: The servers: first those that start as masters, then a replica of each, in the
            same order.
    """

    def __init__(self, servers: list[Server]) -> None:
        self.servers = servers

    @property
    def url(self) -> str:
        """The value of REDIS_URL."""
        hosts = ",".join(f"127.0.0.1:{server.port}" for server in self.servers)
        return f"redis+cluster://:{PASSWORD}@{hosts}"

    async def master_of(self, key: str) -> Server:
        """Give the server that is the master of a key now."""
        slot = key_slot(key.encode())
        shard = next(
            shard
            for shard, slots in enumerate(SLOTS)
            if int(slots.split("-")[0]) <= slot <= int(slots.split("-")[1])
        )
        pair = self.servers[shard], self.servers[shard + len(SLOTS)]
        return pair[0] if await pair[0].is_master() else pair[1]

    def partner_of(self, server: Server) -> Server:
        """Give the other server of the same slots."""
        index = self.servers.index(server)
        return self.servers[(index + len(SLOTS)) % len(self.servers)]

    async def until_whole(self) -> None:
        """Wait until every slot has a master, and every master has its replica."""
        for server in self.servers:
            await until(partial(_is_whole, server))


async def _is_whole(server: Server) -> bool:
    info = await server.ask("CLUSTER INFO")
    if info["cluster_state"] != "ok":
        return False
    role = await server.ask("ROLE")
    return bool(role[2]) if role[0] == b"master" else role[3] == b"connected"


@asynccontextmanager
async def running_cluster(
    folder: Path, *, patience: int = 5000, template: Server | None = None
) -> AsyncIterator[TallyCluster]:
    """Run a cluster, and end it after the block.

    Args:
        folder: The folder for its data.
        patience: Milliseconds of silence after which a master counts as dead.
        template: Settings of all servers that differ from the defaults.
    """
    template = template or Server(folder)
    servers = [
        replace(template, folder=folder / str(number), port=free_port()) for number in range(6)
    ]
    buses = [free_port() for _ in servers]
    for number, server in enumerate(servers):
        server.config = "\n".join(
            [
                f"{COMMON}{template.config}",
                f"cluster-enabled yes\ncluster-port {buses[number]}",
                f"cluster-node-timeout {patience}\ncluster-replica-validity-factor 0",
            ]
        )
        server.folder.mkdir(parents=True)
        # Servers write this file once they know each other. With it they start as a cluster.
        (server.folder / "nodes.conf").write_text(_nodes(servers, buses, number))
    cluster = TallyCluster(servers)
    try:
        await start_all(servers)
        await cluster.until_whole()
        yield cluster
    finally:
        await end_all(servers)


def _nodes(servers: list[Server], buses: list[int], myself: int) -> str:
    """Give the content of the file in which a server remembers the nodes of its cluster."""
    lines = []
    for number, (server, bus) in enumerate(zip(servers, buses, strict=True)):
        shard = number % len(SLOTS)
        is_master = number < len(SLOTS)
        flags = ("myself," if number == myself else "") + ("master" if is_master else "slave")
        master, slots = ("-", SLOTS[shard]) if is_master else (_name(shard), "")
        address = f"127.0.0.1:{server.port}@{bus}"
        state = f"{flags} {master} 0 0 {shard + 1} connected {slots}".rstrip()
        lines.append(f"{_name(number)} {address} {state}")
    return "\n".join([*lines, "vars currentEpoch 3 lastVoteEpoch 0", ""])


def _name(number: int) -> str:
    return f"{number + 1:040x}"
