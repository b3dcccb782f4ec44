"""Connections to Redis that connect again if the server closed them while they were idle.

A restart, a failover or a gateway closes idle connections in a pool. Without this module the next
command on each of them fails, and the bot tells a person to try again without need. A pool of
redis-py 8.1.0 checks a connection before it hands it out, but does not notice a reset. While
maintenance notifications are on, which is the default, it does not notice an orderly close either.
A cluster's pool does not check at all.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, cast

from redis.asyncio import Redis
from redis.asyncio.connection import (
    AbstractConnection,
    Connection,
    SSLConnection,
    UnixDomainSocketConnection,
)
from redis.asyncio.sentinel import SentinelManagedConnection, SentinelManagedSSLConnection
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError, ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError
from typing_extensions import override

ANSWER = 5.0
"""Seconds that Redis may take to answer, and to accept a connection."""
TORN_DOWN = (AttributeError, RuntimeError, TypeError)
"""Errors of a write to a connection that was just reset; they depend on Python and event loop."""


class UnreachableError(RedisConnectionError):
    """There is no connection, so certainly nothing was sent."""


class Reconnecting(AbstractConnection):
    """A connection that reconnects before its next use if the server closed it.

    It raises `UnreachableError` if it can't connect, also if Redis refuses the password.
    """

    @override
    async def connect_check_health(self, *args: Any, **kwargs: Any) -> None:
        try:
            await super().connect_check_health(*args, **kwargs)
        except RedisError as error:
            raise UnreachableError(*error.args) from error

    @override
    async def read_response(
        self,
        disable_decoding: bool = False,
        timeout: float | None = None,
        *,
        disconnect_on_error: float | None = True,  # the type is redis-py's, for Sentinels
        push_request: bool | None = False,
    ) -> Any:
        try:
            return await super().read_response(
                disable_decoding, timeout, disconnect_on_error=False, push_request=push_request
            )
        except ResponseError:
            raise
        except BaseException as error:
            if isinstance(error, RedisError) and error.status_code:
                # redis-py takes this answer (LOADING, NOAUTH) for the end of the connection, and
                # would not read the answers to the commands that were sent together with this one.
                raise ResponseError(*error.args, status_code=error.status_code) from error
            if disconnect_on_error:
                await self.disconnect(nowait=True)
            raise

    @override
    async def can_read(self) -> bool:
        # A pool calls this before it hands a connection out, and reconnects if it raises.
        if self._is_cut():
            raise RedisConnectionError("The server has closed the connection.")
        return await super().can_read()

    @override
    def should_reconnect(self) -> bool:
        # A node of a cluster calls this before it hands a connection out.
        is_due: Callable[[], bool] = super().should_reconnect  # has no types itself
        return self._is_cut() or is_due()

    @override
    async def send_packed_command(
        self, command: bytes | str | Iterable[bytes], check_health: bool = True
    ) -> None:
        try:
            await super().send_packed_command(command, check_health)
        except TORN_DOWN as error:
            raise RedisConnectionError("The server has just closed the connection.") from error

    def _is_cut(self) -> bool:
        if self._reader is None or self._writer is None:
            return False
        return self._writer.is_closing() or self._reader.at_eof()


class ReconnectingConnection(Reconnecting, Connection):
    """A connection by TCP."""


class ReconnectingTLS(Reconnecting, SSLConnection):
    """A connection by TLS."""


class ReconnectingSocket(Reconnecting, UnixDomainSocketConnection):
    """A connection by a Unix socket."""


class ReconnectingMaster(Reconnecting, SentinelManagedConnection):
    """A connection by TCP to the master that Sentinels name."""

    @override
    def should_reconnect(self) -> bool:
        # Another connection of the pool may know of a new master, while the former one still runs.
        is_master: bool = (self.host, self.port) == self.connection_pool.master_address
        return not is_master or super().should_reconnect()


class ReconnectingMasterTLS(ReconnectingMaster, SentinelManagedSSLConnection):
    """A connection by TLS to the master that Sentinels name."""


RECONNECTING: dict[type[AbstractConnection] | None, type[AbstractConnection]] = {
    None: ReconnectingConnection,
    Connection: ReconnectingConnection,
    SSLConnection: ReconnectingTLS,
    UnixDomainSocketConnection: ReconnectingSocket,
}
"""The class to use in place of each class of redis-py, None standing for its default."""


async def ask(
    redis: Redis, connection: Reconnecting, commands: Sequence[tuple[Any, ...]]
) -> list[Any]:
    """Send commands together, by a connection that connects if it has to.

    Args:
        redis: Reads the answers.
        connection: A connection of its pool.
        commands: The commands and their arguments.

    Returns:
        What Redis answers to each, or its error.

    Raises:
        UnreachableError: There is no connection, and nothing was sent.
        RedisError: The connection was lost, or Redis did not answer within `ANSWER` seconds.
    """
    is_sent = is_done = False
    try:
        async with asyncio.timeout(ANSWER):
            if connection.should_reconnect():
                await connection.disconnect(nowait=True)
            if not connection.is_connected:
                # Not `connect_check_health`, because only this asks Sentinels for the master.
                connect: Callable[[], Awaitable[None]] = connection.connect  # has no types itself
                await connect()
            # In place of redis-py's timeouts, which take a task and more for each command.
            connection.socket_timeout = None
            is_sent = True
            await connection.send_packed_command(connection.pack_commands(commands))
            answers = [await _answer(redis, connection, command) for command in commands]
            is_done = True
            return answers
    except TimeoutError as error:
        raise (RedisTimeoutError if is_sent else UnreachableError)("no answer") from error
    finally:
        if not is_done:
            # An answer that still comes must not be taken for that of a later command.
            await connection.disconnect(nowait=True)


async def _answer(redis: Redis, connection: Reconnecting, command: tuple[Any, ...]) -> object:
    try:
        # Its type is of `Connection` alone, but it may be a Unix socket.
        return await redis.parse_response(cast("Connection", connection), command[0])
    except ResponseError as error:
        return error
