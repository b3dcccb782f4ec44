"""A playground inside of this process: a server and a client of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from telegram_playground.client import Client
from telegram_playground.server import DEFAULT_HOST, Server

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from telegram_playground.clock import Clock


class Playground(Client):
    """A local Telegram that lives as long as an `async with` block.

    ```python
    async with Playground(token="123:abc") as playground:
        ...  # start a bot with playground.token at playground.url
        ann = await playground.person("Ann")
    ```

    Args:
        token: The bot's token; see `Server`.
        host: The address to listen on.
        port: The port to listen on; 0 for any that is free.
        username: The bot's username.
        privacy: Whether the bot hears in groups only what is meant for it.
        hosts: Further names under which it may be addressed.
        data_dir: The folder to keep everything in; nothing is kept if `None`.

    Attributes:
        server: The server.
    """

    def __init__(  # noqa: PLR0913 - settings, each with a default
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
        """The bot's token."""
        return self.server.token

    @property
    def clock(self) -> Clock:
        """The time in there, which can be advanced."""
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
