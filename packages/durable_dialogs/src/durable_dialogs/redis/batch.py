"""Commands that are asked for in the same moment, sent to Redis together."""

import asyncio
import time
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from redis.asyncio import Redis
from redis.commands.core import AsyncScript
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import NoScriptError

from durable_dialogs.tasks import start
from durable_dialogs.telemetry import telemetry

Argument = str | bytes | int | float

COPYING = 1.0
"""Seconds that replicas have to acknowledge a write; shorter than what Redis may take for
an answer."""


class NotReplicatedError(RedisConnectionError):
    """Written, but too few replicas say so: if the master dies it may be gone again."""


@dataclass(slots=True)
class Call:
    """A command that waits to be sent.

    Attributes:
        command: The command and its arguments.
        safe: Whether it has to be at the replicas, too.
        moves: How often it was sent on to another node of a cluster.
        result: What Redis gives.
    """

    command: tuple[Argument, ...]
    safe: bool = False
    moves: int = 0
    result: asyncio.Future[Any] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )

    def settle(self, result: object) -> None:
        """Give the caller, if nobody has cancelled it, what came of it: a result or an error."""
        if self.result.done():
            return
        if isinstance(result, Exception):
            self.result.set_exception(result)
        else:
            self.result.set_result(result)


class Batch:
    """Sends commands, those of one turn of the event loop at once and in their order.

    While many people tap, what a client does around a command costs more than the
    command. Each command, and each script, is atomic by itself; together they are not.

    Args:
        redis: The connection.
        replicas: How many replicas have to have a write that is to be safe.

    Attributes:
        in_order: Whether commands are carried out in their order whatever their keys.
        replicas: As given.
    """

    in_order = True
    _how: Mapping[str, Any] = {}
    """How a pipeline is to be carried out, besides."""

    def __init__(self, redis: Redis, replicas: int = 0) -> None:
        self.replicas = replicas
        self._redis = redis
        self._calls: list[Call] = []
        self._tasks: set[asyncio.Future[None]] = set()

    def put(self, *command: Argument, safe: bool = False) -> asyncio.Future[Any]:
        """Send a command with those of this turn of the event loop; see `send`."""
        if not self._calls:
            asyncio.get_running_loop().call_soon(self._send)
        call = Call(command, safe)
        self._calls.append(call)
        return call.result

    async def send(self, *command: Argument, safe: bool = False) -> Any:  # noqa: ANN401 - what the command gives
        """Send a command.

        Args:
            command: The command and its arguments.
            safe: Whether the answer has to wait until enough replicas have what it writes.

        Raises:
            NotReplicatedError: They did not say so in time.
            RedisError: It failed; or nobody knows.
        """
        return await self.put(*command, safe=safe)

    async def run(
        self,
        script: AsyncScript,
        keys: Sequence[str],
        args: Sequence[Argument],
        *,
        safe: bool = False,
    ) -> Any:  # noqa: ANN401 - what the script gives
        """Run a script.

        Args:
            script: The script.
            keys: The keys that it works on, of one hash slot.
            args: Its arguments.
            safe: As in `send`.

        Raises:
            NotReplicatedError: As in `send`.
            RedisError: It could not be run, or failed; or nobody knows.
        """
        try:
            return await self.send("EVALSHA", script.sha, len(keys), *keys, *args, safe=safe)
        except NoScriptError:
            # A new server. It knows the script from then on.
            text = cast("str", script.script)
            return await self.send("EVAL", text, len(keys), *keys, *args, safe=safe)

    def _send(self) -> None:
        calls, self._calls = self._calls, []
        self._dispatch(calls)

    def _dispatch(self, calls: list[Call]) -> None:
        self._begin(self._execute(calls))

    def _begin(self, job: Coroutine[Any, Any, None]) -> None:
        start(job, among=self._tasks)

    async def _execute(self, calls: list[Call]) -> None:
        for call, result in zip(calls, await self._results(calls), strict=True):
            call.settle(result)

    async def _results(self, calls: list[Call], **where: Any) -> list[Any]:  # noqa: ANN401 - a node
        """Send calls together and give what comes of each, a result or an error."""
        pipeline = self._redis.pipeline(transaction=False)
        for call in calls:
            pipeline.execute_command(*call.command, **where)
        waits = self.replicas > 0 and any(call.safe for call in calls)
        if waits:
            # On the same connection, as it waits for what was written by that.
            pipeline.execute_command("WAIT", self.replicas, int(COPYING * 1000), **where)
        begun = time.perf_counter()
        try:
            results = await pipeline.execute(raise_on_error=False, **self._how)
        except Exception as error:  # noqa: BLE001 - each caller gets it
            return [error] * len(calls)
        finally:
            telemetry.redis_took(time.perf_counter() - begun)
        if waits and not self._is_enough(results.pop()):
            return [_unsafe(call, result) for call, result in zip(calls, results, strict=True)]
        return results

    def _is_enough(self, replicas: object) -> bool:
        # An error where the master was made a replica meanwhile, or was lost.
        return isinstance(replicas, int) and replicas >= self.replicas


def _unsafe(call: Call, result: object) -> object:
    if not call.safe or isinstance(result, Exception):
        return result
    return NotReplicatedError("too few replicas have it")
