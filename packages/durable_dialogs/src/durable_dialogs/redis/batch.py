"""Sends the commands of one iteration of the event loop to Redis together."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from redis.asyncio import Redis
from redis.commands.core import AsyncScript
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import NoScriptError

from durable_dialogs.redis.reconnecting import Reconnecting, ask
from durable_dialogs.tasks import start
from durable_dialogs.telemetry import telemetry

Argument = str | bytes | int | float
Command = tuple[Argument, ...]

AT_ONCE = 4
"""Batches that may be under way at the same time. Commands that come meanwhile go together in the
next one."""
COPYING = 1.0
"""Seconds that replicas have to acknowledge a write; less than Redis has for an answer."""


class NotReplicatedError(RedisConnectionError):
    """The master has the write, but too few replicas do. If the master dies, it may be lost."""


@dataclass(slots=True)
class Call:
    """A command that waits to be sent.

    Attributes:
        command: The command and its arguments.
        safe: Whether replicas must have the write, too.
        script: The text of the script that it runs, if it names the script by its hash.
        redirects: How often it followed a redirect to another node of a cluster.
        result: The result, or the error.
    """

    command: tuple[Argument, ...]
    safe: bool = False
    script: str | None = None
    redirects: int = 0
    result: asyncio.Future[Any] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )

    def settle(self, result: object) -> None:
        """Give the caller the result or the error, unless the caller was cancelled."""
        if self.result.done():
            return
        if isinstance(result, Exception):
            self.result.set_exception(result)
        else:
            self.result.set_result(result)


class Batch:
    """Sends the commands of one iteration of the event loop together, in their order.

    Under load a client's work around each command costs more than the command. Each command and
    each script is atomic; a batch is not.

    Args:
        redis: The connection.
        replicas: The number of replicas that must have a safe write.

    Attributes:
        in_order: Whether Redis runs the commands in their order, whatever their keys are.
        replicas: As given.
    """

    in_order = True

    def __init__(self, redis: Redis, replicas: int = 0) -> None:
        self.replicas = replicas
        self._redis = redis
        self._calls: list[Call] = []
        self._under_way = 0
        self._idle: list[Reconnecting] = []
        self._tasks: set[asyncio.Future[None]] = set()

    def send(self, *command: Argument, safe: bool = False) -> Awaitable[Any]:
        """Send a command with the others of this iteration of the event loop.

        Args:
            command: The command and its arguments.
            safe: Whether to wait until enough replicas have the write.

        Returns:
            The answer, to be awaited. That raises `NotReplicatedError` if too few replicas
            acknowledged the write in time, or another `RedisError` if the command failed or its
            answer was lost.
        """
        return self._put(Call(command, safe))

    def run(
        self,
        script: AsyncScript,
        keys: Sequence[str],
        args: Sequence[Argument],
        *,
        safe: bool = False,
    ) -> Awaitable[Any]:
        """Run a script with the commands of this iteration of the event loop.

        Args:
            script: The script.
            keys: The script's keys, all of one hash slot.
            args: The script's arguments.
            safe: As in `send`.

        Returns:
            What the script returns, to be awaited; see `send`.
        """
        command = ("EVALSHA", script.sha, len(keys), *keys, *args)
        return self._put(Call(command, safe, cast("str", script.script)))

    def _put(self, call: Call) -> Awaitable[Any]:
        if not self._calls:
            asyncio.get_running_loop().call_soon(self._send)
        self._calls.append(call)
        return call.result

    def _send(self) -> None:
        if self._calls and self._under_way < AT_ONCE:
            calls, self._calls = self._calls, []
            self._dispatch(calls)

    def _dispatch(self, calls: list[Call]) -> None:
        self._begin(self._execute(calls))

    def _begin(self, job: Coroutine[Any, Any, None]) -> None:
        start(job, among=self._tasks)

    async def _execute(self, calls: list[Call]) -> None:
        self._under_way += 1
        try:
            results = await self._results(calls)
        finally:
            self._under_way -= 1
            self._send()
        for call, result in zip(calls, results, strict=True):
            self._settle(call, result)

    def _settle(self, call: Call, result: object) -> None:
        """Give a call's caller its result; send a script's text if the server does not know it."""
        if isinstance(result, NoScriptError) and call.script and not call.result.done():
            # The server is new or was restarted. EVAL makes it know the script.
            call.command = ("EVAL", call.script, *call.command[2:])
            call.script = None
            self._put(call)
        else:
            call.settle(result)

    async def _results(self, calls: list[Call], **where: Any) -> list[Any]:
        """Send calls together and return the result or the error of each."""
        commands = [call.command for call in calls]
        waits = self.replicas > 0 and any(call.safe for call in calls)
        if waits:
            # On the same connection, because WAIT only knows the writes of its own connection.
            commands.append(("WAIT", self.replicas, int(COPYING * 1000)))
        begun = time.perf_counter()
        try:
            results = await self._exchange(commands, **where)
        except Exception as error:  # noqa: BLE001 - any error: each caller gets it
            return [error] * len(calls)
        finally:
            telemetry.redis_took(time.perf_counter() - begun)
        if waits and not self._is_enough(results.pop()):
            return [_unsafe(call, result) for call, result in zip(calls, results, strict=True)]
        return results

    async def _exchange(self, commands: Sequence[Command]) -> list[Any]:
        """Send commands and return their results, or the errors that Redis answers with.

        Batches keep connections, because redis-py's pool and pipeline, with a timeout for each
        answer, take five times as much CPU.
        """
        # It has no types itself.
        connect: Callable[[], Awaitable[Reconnecting]] = self._redis.connection_pool.get_connection
        connection = self._idle.pop() if self._idle else await connect()
        try:
            return await ask(self._redis, connection, commands)
        finally:
            self._idle.append(connection)

    def _is_enough(self, replicas: object) -> bool:
        # WAIT answers with an error if the master has become a replica or was lost.
        return isinstance(replicas, int) and replicas >= self.replicas


def _unsafe(call: Call, result: object) -> object:
    if not call.safe or isinstance(result, Exception):
        return result
    return NotReplicatedError("too few replicas have it")
