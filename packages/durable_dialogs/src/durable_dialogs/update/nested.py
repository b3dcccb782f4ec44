"""Updates within updates: what one of them has dialogs do in other stacks."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from aiogram.types import TelegramObject
from aiogram_dialog.api.entities import DialogUpdate

from durable_dialogs.drawing.foreground import is_foreground
from durable_dialogs.state.unit_of_work import UnitOfWork
from durable_dialogs.tasks import finish, start

Handler = Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]]


class Nested:
    """Carries them out with the update that they come of, or after it.

    Args:
        middleware: Carries an update out by itself.
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
        """Do what an update has dialogs do that is not committed.

        Args:
            handler: Handles it.
            update: What is to be done.
            data: What aiogram knows of it.
            outer: The transaction of the update that it comes of.
        """
        if outer.open and is_foreground(update):
            # In another stack that it works in: one transaction.
            await handler(update, within(outer, data))
        elif outer.stands is None:
            # In the background: after it, and not if it is done again or was in vain.
            outer.then(partial(self._begin, handler, update, data))

    async def close(self, within: float) -> None:
        """Finish what goes on in the background, for at most `within` seconds."""
        await finish(self._tasks, within)

    def _begin(self, handler: Handler, update: DialogUpdate, data: dict[str, Any]) -> None:
        self.begin(self._middleware(handler, update, data))

    def begin(self, work: Awaitable[object]) -> None:
        """Have something done in the background."""
        start(work, among=self._tasks)


def within(transaction: UnitOfWork, data: dict[str, Any]) -> dict[str, Any]:
    """Give what aiogram knows of an update to those who work in a transaction."""
    return {**data, "transaction": transaction, "fsm_storage": transaction}
