"""A playground in this process: a server, and a client connected to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from telegram_playground.client import Client
from telegram_playground.server import DEFAULT_HOST, Server

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from telegram_playground.clock import Clock


class Playground(Client):
    """A local Telegram in this process: a `Server`, and a `Client` connected to it.

    Use it as an async context manager: it starts on entry and stops on exit.

    ```python
    async with Playground(token="123:abc") as playground:
        ...  # start a bot with playground.token at playground.url
        ann = await playground.person("Ann")
    ```

    Args:
        token: The bot's token, `<id>:<anything>`; a random one if `None` (see `Server`).
        host: The address to listen on.
        port: The port to listen on; 0 takes a free one.
        username: The bot's username.
        privacy: Whether privacy mode is on: in groups the bot gets only what is meant for it.
        hosts: Further names under which the server may be addressed.
        data_dir: The folder that keeps everything for the next start; nothing is kept if `None`.

    Attributes:
        server: The server.
        url: The address of the page and of the Bot API server; final once started.
        bot: The bot's `User`; set once started.

    Raises:
        ValueError: If the token has another form.
        OSError: On entry, if the address or the folder can't be used (`FolderError`).
    """

    def __init__(  # noqa: PLR0913 - settings by name, each with a default
        self,
        token: str | None = None,
        *,
        host: str = DEFAULT_HOST,
        port: int = 0,
        username: str = "playground_bot",
        privacy: bool = True,
        hosts: Iterable[str] = (),
        data_dir: Path | str | None = None,
    ) -> None:
        self.server = Server(
            token,
            host=host,
            port=port,
            username=username,
            privacy=privacy,
            hosts=hosts,
            data_dir=data_dir,
        )
        super().__init__(self.server.url)

    @property
    def token(self) -> str:
        """The bot's token; final once started."""
        return self.server.token

    @property
    def clock(self) -> Clock:
        """The playground's clock, which `advance` moves forward."""
        return self.server.clock

    async def __aenter__(self) -> Self:
        await self.server.start()
        self.url = self.server.url
        try:
            return await super().__aenter__()
        except BaseException:
            await self.server.stop()
            raise

    async def __aexit__(self, *_: object) -> None:
        await super().__aexit__()
        await self.server.stop()
