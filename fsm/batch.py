"""Commands that are asked for in the same moment, sent to Redis together."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from redis.asyncio import Redis
from redis.commands.core import AsyncScript
from redis.exceptions import NoScriptError

Argument = str | bytes | int | float


@dataclass(frozen=True, slots=True)
class Call:
    """A command that waits to be sent.

    Attributes:
        command: The command and its arguments.
        result: What Redis gives.
    """

    command: tuple[Argument, ...]
    result: asyncio.Future[Any] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


class Batch:
    """Sends commands, those of one turn of the event loop at once and in their order.

    While many people tap, what a client does around a command costs more than the
    command. Each command, and each script, is atomic by itself; together they are not.

    Args:
        redis: The connection.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._calls: list[Call] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def send(self, *command: Argument) -> Any:  # noqa: ANN401 - what the command gives
        """Send a command.

        Raises:
            RedisError: It failed; or nobody knows.
        """
        if not self._calls:
            asyncio.get_running_loop().call_soon(self._send)
        call = Call(command)
        self._calls.append(call)
        return await call.result

    async def run(self, script: AsyncScript, keys: Sequence[str], args: Sequence[Argument]) -> Any:  # noqa: ANN401 - what the script gives
        """Run a script.

        Raises:
            RedisError: It could not be run, or failed; or nobody knows.
        """
        try:
            return await self.send("EVALSHA", script.sha, len(keys), *keys, *args)
        except NoScriptError:
            return await script(keys=keys, args=args)

    def _send(self) -> None:
        calls, self._calls = self._calls, []
        task = asyncio.create_task(self._execute(calls))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _execute(self, calls: list[Call]) -> None:
        pipeline = self._redis.pipeline(transaction=False)
        for call in calls:
            pipeline.execute_command(*call.command)
        try:
            results = await pipeline.execute(raise_on_error=False)
        except Exception as error:  # noqa: BLE001 - each caller gets it
            results = [error] * len(calls)
        for call, result in zip(calls, results, strict=True):
            if call.result.done():
                continue  # cancelled
            if isinstance(result, Exception):
                call.result.set_exception(result)
            else:
                call.result.set_result(result)
