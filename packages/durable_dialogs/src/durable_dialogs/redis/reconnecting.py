"""Connections to Redis that a server may cut while nobody uses them.

A restart, a failover or a gateway in between closes connections that wait in a pool. The next
command on each would fail, and a person be told to try again for nothing. redis-py 8.1.0 looks
for that before it gives a connection out, but overlooks a reset, and also an orderly end while
maintenance notifications are on, as they are by default; in a cluster it does not look at all.
"""

from collections.abc import Iterable
from typing import Any

from redis.asyncio.connection import (
    AbstractConnection,
    Connection,
    SSLConnection,
    UnixDomainSocketConnection,
)
from redis.asyncio.sentinel import SentinelManagedConnection, SentinelManagedSSLConnection
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError, ResponseError
from typing_extensions import override

TORN_DOWN = (AttributeError, RuntimeError, TypeError)
"""What writing to a connection that has just been reset raises, by Python's version and loop."""


class UnreachableError(RedisConnectionError):
    """There is no connection, so surely nothing was sent."""


class Reconnecting(AbstractConnection):
    """A connection that is not given out, but made anew, once the server has hung up.

    If it can't be made, it raises `UnreachableError`: also where Redis refuses the password.
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
        disconnect_on_error: float | None = True,  # as redis-py has it for Sentinels
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
                # An answer (LOADING, NOAUTH) that the client takes for the end of the connection;
                # so it would not read the answers to what was sent together with this.
                raise ResponseError(*error.args, status_code=error.status_code) from error
            if disconnect_on_error:
                await self.disconnect(nowait=True)
            raise

    @override
    async def can_read(self) -> bool:
        # Pools ask this before they give a connection out, and make it anew if it fails.
        if self._is_cut():
            raise RedisConnectionError("The server has hung up.")
        return await super().can_read()

    @override
    def should_reconnect(self) -> bool:
        # The nodes of a cluster ask this.
        return self._is_cut() or super().should_reconnect()  # type: ignore[no-untyped-call]

    @override
    async def send_packed_command(
        self, command: bytes | str | Iterable[bytes], check_health: bool = True
    ) -> None:
        try:
            await super().send_packed_command(command, check_health)
        except TORN_DOWN as error:
            raise RedisConnectionError("The server has just hung up.") from error

    def _is_cut(self) -> bool:
        if self._reader is None or self._writer is None:
            return False
        return self._writer.is_closing() or self._reader.at_eof()


class ReconnectingConnection(Reconnecting, Connection):
    """By TCP."""


class ReconnectingTLS(Reconnecting, SSLConnection):
    """By TLS."""


class ReconnectingSocket(Reconnecting, UnixDomainSocketConnection):
    """By a socket in the file system."""


class ReconnectingMaster(Reconnecting, SentinelManagedConnection):
    """To the master that Sentinels name."""


class ReconnectingMasterTLS(Reconnecting, SentinelManagedSSLConnection):
    """To the same by TLS."""


RECONNECTING: dict[type[AbstractConnection] | None, type[AbstractConnection]] = {
    None: ReconnectingConnection,
    Connection: ReconnectingConnection,
    SSLConnection: ReconnectingTLS,
    UnixDomainSocketConnection: ReconnectingSocket,
}
"""What stands for each kind that redis-py knows; None where an address names no kind."""
