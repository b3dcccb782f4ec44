"""A Redis Cluster, where each hash slot has a master of its own and any may fail alone."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from typing import Any, cast

import structlog
from redis.asyncio import Redis
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

from durable_dialogs.redis.batch import Argument, Batch, Call
from durable_dialogs.redis.reconnecting import RECONNECTING, UnreachableError
from durable_dialogs.tasks import start

AT_ONCE = 10
"""Batches that a node carries out at once."""
MOVES = 5
"""How often a command is sent on to the node that another one names."""
REST = 0.25
"""Seconds between two looks at who is master of what."""

AWAY = (RedisConnectionError, RedisTimeoutError, ClusterDownError)
"""What may come of a master that is no more."""

log = structlog.get_logger(__name__)


class Cluster(RedisCluster):
    """A cluster, the failures of which are `RedisError`s as those of a single Redis.

    Args:
        options: As `RedisCluster` takes them.
    """

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - of many types
        super().__init__(**options)
        # It takes no class of connections from outside.
        lasting = RECONNECTING[self.connection_kwargs["connection_class"]]
        self.connection_kwargs["connection_class"] = lasting
        for node in self.startup_nodes:
            node.connection_class = lasting  # type: ignore[assignment]

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
    """Sends commands to the nodes that they are for, each node's together.

    What becomes of one node's says nothing about another's. A command that a node refuses
    because its slot has moved was not carried out and is sent on; nothing else is sent twice.

    Args:
        cluster: The cluster.
        replicas: How many replicas have to have a write that is to be safe.
    """

    in_order = False
    # A command that the client would send on by itself would be without its WAIT.
    _how: Mapping[str, Any] = {"allow_redirections": False}

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
            results = await self._results(calls, target_nodes=node)
        moved = []
        for call, result in zip(calls, results, strict=True):
            if isinstance(result, MovedError) and call.moves < MOVES and result.host:
                moved.append((call, result))
                continue
            if isinstance(result, (*AWAY, MovedError)) or _is_loading(result):
                self._refresh_soon()
            call.settle(result)
        for call, result in moved:
            call.moves += 1
            try:
                await self._cluster.nodes_manager.move_slot(result)
            except Exception as error:  # noqa: BLE001 - else its caller would wait for ever
                log.warning("slot_not_moved", error=str(error))
                self._refresh_soon()
                call.settle(result)
        self._dispatch([call for call, _ in moved if not call.result.done()])

    def _refresh_soon(self) -> None:
        """Ask who is master of what, as a pipeline that fails does not do by itself."""
        if self._refreshing is None or self._refreshing.done():
            self._refreshing = start(self._refresh())

    async def _refresh(self) -> None:
        try:
            await self._cluster.nodes_manager.initialize()
        except (RedisClusterException, RedisError, OSError) as error:
            log.warning("cluster_unreachable", error=str(error))
        await asyncio.sleep(REST)


def _is_loading(result: object) -> bool:
    """Tell whether a node has just been started; its replica may be master by now."""
    return isinstance(result, ResponseError) and result.status_code == "LOADING"


def _key_of(command: tuple[Argument, ...]) -> str:
    """Give the first key of a command: all of a command's are in one slot."""
    return str(command[3 if command[0] in {"EVALSHA", "EVAL"} else 1])
