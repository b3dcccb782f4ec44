"""A Redis Cluster: each hash slot has its own master, and one master can fail alone."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, cast

import structlog
from redis.asyncio import Connection, Redis
from redis.asyncio.cluster import ClusterNode, RedisCluster
from redis.exceptions import (
    ClusterDownError,
    MovedError,
    RedisClusterException,
    RedisError,
    ResponseError,
)
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError
from typing_extensions import override

from durable_dialogs.redis.batch import Batch, Call, Command
from durable_dialogs.redis.reconnecting import RECONNECTING, UnreachableError
from durable_dialogs.tasks import start

AT_ONCE = 10
"""Batches that are sent to one node at the same time."""
REDIRECTS = 5
"""Times that a command follows a redirect (MOVED) to another node."""
REST = 0.25
"""Seconds between two requests for the map of slots."""

AWAY = (RedisConnectionError, RedisTimeoutError, ClusterDownError)
"""Errors that a failed master may cause."""

log = structlog.get_logger(__name__)


class Cluster(RedisCluster):
    """The client of a cluster. Its errors are `RedisError`s, like those of a single server.

    Args:
        options: The options of `RedisCluster`.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        # `RedisCluster` has no option for the class of its connections.
        reconnecting = RECONNECTING[self.connection_kwargs["connection_class"]]
        self.connection_kwargs["connection_class"] = reconnecting
        for node in self.startup_nodes:
            # Its type is of `Connection` alone, but a cluster may speak TLS.
            node.connection_class = cast("type[Connection]", reconnecting)

    @override
    async def initialize(self, *args: Any, **kwargs: Any) -> "Cluster":
        try:
            await super().initialize(*args, **kwargs)
        except RedisClusterException as error:
            raise UnreachableError(str(error)) from error
        return self

    @override
    async def execute_command(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return await super().execute_command(*args, **kwargs)
        except RedisClusterException as error:
            raise UnreachableError(str(error)) from error


class ClusterBatch(Batch):
    """Sends the commands for each node together; the nodes fail independently.

    If a node answers MOVED, it has not run the command, and the batch sends it to the node that
    the answer names. It sends no other command twice.

    Args:
        cluster: The cluster.
        replicas: The number of replicas that must have a safe write.
    """

    in_order = False

    def __init__(self, cluster: Cluster, replicas: int = 0) -> None:
        super().__init__(cast("Redis", cluster), replicas)
        self._cluster = cluster
        self._lanes: defaultdict[str, asyncio.Semaphore] = defaultdict(
            lambda: asyncio.Semaphore(AT_ONCE)
        )
        self._refreshing: asyncio.Future[None] | None = None

    @override
    def _dispatch(self, calls: list[Call]) -> None:
        groups: dict[ClusterNode, list[Call]] = {}
        for call in calls:
            try:
                slot = self._cluster.keyslot(_key_of(call.command))
                node = self._cluster.nodes_manager.get_node_from_slot(slot)
            except RedisClusterException as error:
                call.settle(UnreachableError(str(error)))
            else:
                groups.setdefault(node, []).append(call)
        for node, group in groups.items():
            self._begin(self._execute_at(node, group))

    async def _execute_at(self, node: ClusterNode, calls: list[Call]) -> None:
        async with self._lanes[node.name]:
            results = await self._results(calls, node=node)
        redirected = []
        for call, result in zip(calls, results, strict=True):
            if isinstance(result, MovedError) and call.redirects < REDIRECTS and result.host:
                redirected.append((call, result))
                continue
            if isinstance(result, (*AWAY, MovedError)) or _is_loading(result):
                self._refresh_soon()
            self._settle(call, result)
        for call, result in redirected:
            call.redirects += 1
            try:
                await self._cluster.nodes_manager.move_slot(result)
            except Exception as error:  # noqa: BLE001 - any error: the caller must get an answer
                log.warning("slot_not_moved", error=str(error))
                self._refresh_soon()
                call.settle(result)
        self._dispatch([call for call, _ in redirected if not call.result.done()])

    @override
    async def _exchange(
        self, commands: Sequence[Command], node: ClusterNode | None = None
    ) -> list[Any]:
        pipeline = self._cluster.pipeline()
        for command in commands:
            pipeline.execute_command(*command, target_nodes=node)
        # If redis-py followed a redirect, it would send the command without its WAIT.
        return await pipeline.execute(raise_on_error=False, allow_redirections=False)

    def _refresh_soon(self) -> None:
        """Ask for the map of slots, because redis-py does not do so after a failed pipeline."""
        if self._refreshing is None or self._refreshing.done():
            self._refreshing = start(self._refresh())

    async def _refresh(self) -> None:
        try:
            await self._cluster.nodes_manager.initialize()
        except (RedisClusterException, RedisError, OSError) as error:
            log.warning("cluster_unreachable", error=str(error))
        await asyncio.sleep(REST)


def _is_loading(result: object) -> bool:
    """Return whether a node has just started; its former replica may be the master by now."""
    return isinstance(result, ResponseError) and result.status_code == "LOADING"


def _key_of(command: Command) -> str:
    """Return the first key of a command; all keys of a command are in one slot."""
    return str(command[3 if command[0] in {"EVALSHA", "EVAL"} else 1])
