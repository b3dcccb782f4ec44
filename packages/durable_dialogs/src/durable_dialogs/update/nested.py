"""Updates within updates: what a handler has dialogs do in other stacks."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from aiogram.types import TelegramObject
from aiogram_dialog.api.entities import DialogUpdate

from durable_dialogs.drawing.foreground import is_foreground
from durable_dialogs.state.unit_of_work import UnitOfWork, with_unit
from durable_dialogs.tasks import finish, start
from durable_dialogs.update.error_handlers import Handler


class Nested:
    """Carries out updates that another update makes, together with it or after it.

    Args:
        middleware: Carries an update out in a unit of work of its own.
    """

    def __init__(
        self,
        middleware: Callable[[Handler, TelegramObject, dict[str, Any]], Awaitable[object]],
    ) -> None:
        self._middleware = middleware
        self._tasks: set[asyncio.Future[object]] = set()

    async def carry_out(
        self, handler: Handler, update: DialogUpdate, data: dict[str, Any], outer: UnitOfWork
    ) -> None:
        """Carry out an update that comes of another one, which is not committed.

        Args:
            handler: Handles the nested update.
            update: The nested update.
            data: The middlewares' data of the nested update.
            outer: The unit of work of the outer update.
        """
        if outer.open and is_foreground(update):
            # The handler changes another stack itself: both stacks are committed together.
            await handler(update, with_unit(outer, data))
        elif outer.is_done is None:
            # Of aiogram-dialog's own background manager; that of the engine does not come here. It
            # runs after the outer commit. If the outer update is done again or fails, this update
            # is dropped with it.
            outer.after_commit(partial(self._begin, handler, update, data))

    async def close(self, within: float) -> None:
        """Finish what runs in the background, for at most `within` seconds."""
        await finish(self._tasks, within)

    def _begin(self, handler: Handler, update: DialogUpdate, data: dict[str, Any]) -> None:
        self.begin(self._middleware(handler, update, data))

    def begin(self, work: Awaitable[object]) -> None:
        """Run work in the background; `close` waits for it."""
        start(work, among=self._tasks)
