"""Scripts that are run in the same moment, sent to Redis together."""

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
    """A script that waits to be run.

    Attributes:
        script: The script.
        keys: Its keys.
        args: Its arguments.
        result: What Redis gives.
    """

    script: AsyncScript
    keys: Sequence[str]
    args: Sequence[Argument]
    result: asyncio.Future[Any] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


class Batch:
    """Runs scripts, those of one turn of the event loop by one command to Redis.

    While many people tap, what a client does around a command costs more than the
    command. Each script is atomic by itself; together they are not.

    Args:
        redis: The connection.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._calls: list[Call] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self, script: AsyncScript, keys: Sequence[str], args: Sequence[Argument]) -> Any:  # noqa: ANN401 - what the script gives
        """Run a script.

        Raises:
            RedisError: It could not be run, or failed; or nobody knows.
        """
        if not self._calls:
            asyncio.get_running_loop().call_soon(self._send)
        call = Call(script, keys, args)
        self._calls.append(call)
        try:
            return await call.result
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
            pipeline.evalsha(call.script.sha, len(call.keys), *call.keys, *call.args)
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
