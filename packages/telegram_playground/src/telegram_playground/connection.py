"""The connection of a client to a playground: its control API, its bot, its chats."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from aiohttp import ClientSession, ClientTimeout, TCPConnector

from telegram_playground import json_text
from telegram_playground.objects import User
from telegram_playground.view import ChatView, Message, PlaygroundError

if TYPE_CHECKING:
    from telegram_playground.state import Json

REQUEST_TIMEOUT = 90
"""Seconds after which a request is given up: longer than the longest wait that can be asked for."""

MAX_WAIT = 60
"""Seconds that the server lets one request wait at most."""


class Connection:
    """Sends requests to a playground, which may run in another process.

    Args:
        url: The playground's address, such as `http://127.0.0.1:8081`.

    Attributes:
        url: The playground's address, without a slash at its end.
        bot: The bot's `User`; set once the connection is open.
    """

    bot: User

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self._session: ClientSession | None = None
        self._views: dict[int, ChatView] = {}

    async def __aenter__(self) -> Self:
        self._session = ClientSession(
            connector=TCPConnector(limit=0), timeout=ClientTimeout(total=REQUEST_TIMEOUT)
        )
        try:
            overview = await self.request("GET", "")
        except BaseException:
            await self._close()
            raise
        self.bot = User(overview["bot"])
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._close()

    async def request(self, verb: str, path: str, body: Json | None = None) -> Any:  # noqa: ANN401 - JSON of any shape
        """Send a request to the control API.

        Args:
            verb: The HTTP method.
            path: The path after `/control/`.
            body: The JSON object to send; no body if `None`.

        Returns:
            The JSON of the answer.

        Raises:
            PlaygroundError: If the playground refuses the request, or the client is not connected.
            aiohttp.ClientError: If the playground can't be reached.
        """
        if self._session is None:
            raise PlaygroundError("the client is not connected: use `async with`")
        url = f"{self.url}/control/{path}".rstrip("/")
        data = None if body is None else json_text.encode(body)
        headers = {"Content-Type": "application/json"} if data else None
        async with self._session.request(verb, url, data=data, headers=headers) as response:
            answer = await response.read()
            if response.content_type != "application/json":
                raise PlaygroundError(answer.decode(errors="replace"), response.status)
            content = json_text.decode(answer)
            if not response.ok:
                raise PlaygroundError(content["error"], response.status)
            return content

    async def messages(self, chat_id: int) -> list[Message]:
        """Fetch the messages of a chat.

        Returns:
            The messages that are not deleted, oldest first.

        Raises:
            PlaygroundError: If there is no such chat.
        """
        view = self.view(chat_id)
        await view.refresh()
        return list(view.messages.values())

    def view(self, chat_id: int) -> ChatView:
        """Give the client's copy of a chat, as it was fetched last."""
        if chat_id not in self._views:

            async def fetch(after: int, wait: float) -> Json:
                path = f"chats/{chat_id}?after={after}&wait={min(wait, MAX_WAIT)}"
                return dict(await self.request("GET", path))

            self._views[chat_id] = ChatView(fetch)
        return self._views[chat_id]

    async def _close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None
