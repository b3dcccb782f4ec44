"""Takes over the session that a bot was made with."""

from typing import TypeGuard

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.session.base import BaseSession
from aiohttp import ClientSession
from typing_extensions import override

from durable_dialogs.telegram.session import Session
from durable_dialogs.telegram.topics import Topics


class AdoptedSession(Session):
    """The engine's session over the connections of aiogram's own one.

    So a proxy, limits and TLS settings stay as they are.

    Args:
        former: The session that opens and closes the connections.
    """

    def __init__(self, former: AiohttpSession) -> None:
        super().__init__(
            api=former.api,
            json_loads=former.json_loads,
            json_dumps=former.json_dumps,
            timeout=former.timeout,
        )
        self._former = former
        for middleware in former.middleware:
            self.middleware.register(middleware)

    @override
    async def create_session(self) -> ClientSession:
        """Return aiohttp's session, and open it first if needed; see `AiohttpSession`."""
        return await self._former.create_session()

    @override
    async def close(self) -> None:
        """Close the connections; see `AiohttpSession`."""
        await self._former.close()


def adopt(bot: Bot) -> None:
    """Give a bot a session that reads updates as bytes, and knows the engine's topics.

    Args:
        bot: The bot. If its session is the engine's already, it keeps it.

    Raises:
        TypeError: The bot's session sends its requests in a way of its own.
    """
    session = bot.session
    if not isinstance(session, Session):
        if not _is_usual(session):
            raise TypeError(
                f"{type(session).__name__} can't be used: the bot's session must be aiogram's"
                " AiohttpSession, or a subclass that keeps its make_request"
            )
        bot.session = session = AdoptedSession(session)
    if not any(isinstance(middleware, Topics) for middleware in session.middleware):
        session.middleware.register(Topics())


def _is_usual(session: BaseSession) -> TypeGuard[AiohttpSession]:
    return (
        isinstance(session, AiohttpSession)
        and type(session).make_request is AiohttpSession.make_request
    )
