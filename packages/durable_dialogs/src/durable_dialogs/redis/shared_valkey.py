"""One embedded Valkey for all who use its folder in this process."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from durable_dialogs.redis.embedded_valkey import EmbeddedValkey


class _Folder:
    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.valkey: EmbeddedValkey | None = None
        self.users = 0


_folders: defaultdict[Path, _Folder] = defaultdict(_Folder)


def _folder_of(path: Path) -> _Folder:
    return _folders[path.absolute()]


@asynccontextmanager
async def shared_valkey(path: Path) -> AsyncIterator[str]:
    """Run the embedded Valkey of a folder, unless it runs; the last user stops it.

    Args:
        path: The folder of its data.

    Yields:
        The address to connect to.

    Raises:
        ValkeyStartError: The server does not start.
    """
    folder = _folder_of(path)
    async with folder.lock:
        valkey = folder.valkey
        if valkey is None:
            valkey = EmbeddedValkey(path)
            await valkey.start()
            folder.valkey = valkey
        folder.users += 1
    try:
        yield valkey.url
    finally:
        async with folder.lock:
            folder.users -= 1
            if not folder.users:
                folder.valkey = None
                await valkey.stop()
