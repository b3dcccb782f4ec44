"""Connections to Redis: to one server, to the master that Sentinels name, or to a cluster."""

from collections.abc import Callable
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
    ANSWER,
    RECONNECTING,
    ReconnectingMaster,
    ReconnectingMasterTLS,
)

SENTINEL_ANSWER = 1.0
"""Seconds that a Sentinel may take for an answer, before the client asks the next one."""
CONNECTIONS = 10
"""Connections to one server. More would not help, because it runs commands one by one."""
NODE_CONNECTIONS = 1000
"""Connections to one node of a cluster. The node's pool does not wait: it refuses any more."""
PLAIN: dict[str, Any] = {
    "retry": Retry(NoBackoff(), 0),
    "driver_info": None,
    "maint_notifications_config": MaintNotificationsConfig(enabled=False),
}
"""Options that keep redis-py from sending any command of its own, or any command twice."""


class SentinelPool(SentinelConnectionPool, BlockingConnectionPool):
    """Connections to the master that the Sentinels name. A caller waits for a free one."""


def connect(address: Address, replicas: int, parts: AsyncExitStack) -> tuple[Redis, Batch]:
    """Make a client of Redis. It connects when it sends its first command.

    The client never repeats a command by itself, because a commit whose answer was lost must not
    be sent twice.

    Args:
        address: The address of Redis.
        replicas: The number of replicas that must have a safe write.
        parts: Closes the connections.

    Returns:
        The client, with `decode_responses` off, and a batch that sends commands through it. The
        client of a cluster is no `Redis`, but has all of its methods that the engine uses.

    Raises:
        ValueError: An option of the address has a wrong value.
        TypeError: The address has an unknown option.
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
        options |= {"max_connections": CONNECTIONS, "timeout": ANSWER}
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
    return Cluster(startup_nodes=nodes, max_connections=NODE_CONNECTIONS, **options)


def _master(address: Address, options: dict[str, Any], parts: AsyncExitStack) -> Redis:
    _without_server(options)
    # Sentinels have a user and a password of their own, or none.
    own = {
        name: options.pop(f"sentinel_{name}")
        for name in ("username", "password")
        if f"sentinel_{name}" in options
    }
    waiting = dict.fromkeys(("socket_timeout", "socket_connect_timeout"), SENTINEL_ANSWER)
    common = {name: value for name, value in options.items() if name.startswith("ssl")}
    make: Callable[..., Sentinel] = Sentinel  # the constructor has no types in redis-py
    sentinels = make(address.nodes, sentinel_kwargs=PLAIN | common | own | waiting)
    parts.push_async_callback(sentinels.aclose)
    options["connection_class"] = ReconnectingMasterTLS if "ssl" in options else ReconnectingMaster
    return cast(
        "Redis",
        sentinels.master_for(address.service, connection_pool_class=SentinelPool, **options),
    )


def _without_server(options: dict[str, Any]) -> None:
    """Remove the options that name one server, but keep whether it speaks TLS."""
    del options["host"]
    options.pop("port", None)
    if options.pop("connection_class", None) is SSLConnection:
        options["ssl"] = True
