"""Connections to Redis, by whichever way it is set up."""

from contextlib import AsyncExitStack
from typing import Any, cast

from redis.asyncio import BlockingConnectionPool, Redis, SSLConnection
from redis.asyncio.cluster import ClusterNode
from redis.asyncio.connection import parse_url
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel, SentinelConnectionPool
from redis.backoff import NoBackoff
from redis.maint_notifications import MaintNotificationsConfig

from durable_dialogs.redis.address import Address, Kind
from durable_dialogs.redis.batch import Batch
from durable_dialogs.redis.cluster import Cluster, ClusterBatch
from durable_dialogs.redis.reconnecting import (
    RECONNECTING,
    ReconnectingMaster,
    ReconnectingMasterTLS,
)

ANSWER = 5.0
"""Seconds that Redis may take for an answer."""
SENTINEL_ANSWER = 1.0
"""Seconds that a Sentinel may take; then the next one is asked."""
AT_ONCE = 10
"""Commands to a server at once; it carries them out one by one anyway."""
CONNECTIONS = 1000
"""Connections to a node of a cluster, whose pool refuses more and has nobody wait."""
PLAIN: dict[str, Any] = {
    "retry": Retry(NoBackoff(), 0),
    "driver_info": None,
    "maint_notifications_config": MaintNotificationsConfig(enabled=False),
}
"""Nothing done or said besides the commands that were asked for."""


class SentinelPool(SentinelConnectionPool, BlockingConnectionPool):
    """Connections to whichever server the Sentinels call the master; whoever needs one waits."""


def connect(address: Address, replicas: int, parts: AsyncExitStack) -> tuple[Redis, Batch]:
    """Prepare connections; nothing is sent before the first command.

    Nothing is tried again behind our back: a commit whose answer was lost must not be sent
    twice.

    Args:
        address: Where Redis is.
        replicas: How many replicas have to have a write that is to be safe.
        parts: Closes them.

    Returns:
        The client, giving bytes, and what sends commands together by it. A cluster's client
        has the commands of the others, as far as they are used here, but not their type.

    Raises:
        ValueError: An option of the address has no such value.
        TypeError: The address has an option that there isn't.
    """
    options: dict[str, Any] = {
        **PLAIN,
        "socket_timeout": ANSWER,
        "socket_connect_timeout": ANSWER,
        **parse_url(address.url),
    }
    redis: Redis | Cluster
    if address.kind is Kind.CLUSTER:
        redis = cluster = _cluster(address, options)
        batch: Batch = ClusterBatch(cluster, replicas)
    else:
        options |= {"max_connections": AT_ONCE, "timeout": ANSWER}
        if address.kind is Kind.SENTINEL:
            redis = _master(address, options, parts)
        else:
            options["connection_class"] = RECONNECTING[options.get("connection_class")]
            redis = Redis.from_pool(BlockingConnectionPool(**options))
        batch = Batch(redis, replicas)
    parts.push_async_callback(redis.aclose)
    return cast("Redis", redis), batch


def _cluster(address: Address, options: dict[str, Any]) -> Cluster:
    _without_server(options)
    nodes = [ClusterNode(host, port) for host, port in address.nodes]
    return Cluster(startup_nodes=nodes, max_connections=CONNECTIONS, **options)


def _master(address: Address, options: dict[str, Any], parts: AsyncExitStack) -> Redis:
    _without_server(options)
    # They have passwords of their own, if any.
    own = {
        name: options.pop(f"sentinel_{name}")
        for name in ("username", "password")
        if f"sentinel_{name}" in options
    }
    waiting = dict.fromkeys(("socket_timeout", "socket_connect_timeout"), SENTINEL_ANSWER)
    common = {name: value for name, value in options.items() if name.startswith("ssl")}
    sentinels = Sentinel(  # type: ignore[no-untyped-call]
        address.nodes, sentinel_kwargs=PLAIN | common | own | waiting
    )
    parts.push_async_callback(sentinels.aclose)
    options["connection_class"] = ReconnectingMasterTLS if "ssl" in options else ReconnectingMaster
    return cast(
        "Redis",
        sentinels.master_for(address.service, connection_pool_class=SentinelPool, **options),
    )


def _without_server(options: dict[str, Any]) -> None:
    """Take off what an address says about its one server, and leave whether it speaks TLS."""
    del options["host"]
    options.pop("port", None)
    if options.pop("connection_class", None) is SSLConnection:
        options["ssl"] = True
