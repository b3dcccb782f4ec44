"""What is checked before a bot runs, so that a mistake is told at once and not to people."""

from aiogram import Bot, Dispatcher
from aiogram.fsm.storage.base import BaseStorage, StorageKey
from aiogram_dialog.api.entities import DEFAULT_STACK_ID, DIALOG_EVENT_NAME
from aiogram_dialog.manager.manager_middleware import BgFactoryMiddleware

from durable_dialogs.state.keys import Part

SET_UP_TWICE = "call DurableDialogs.setup() in place of setup_dialogs(), once for a dispatcher"
"""The error if dialogs of a dispatcher are set up twice."""


def check_not_set_up(dispatcher: Dispatcher) -> None:
    """Make sure that dialogs of a dispatcher are not set up yet.

    Raises:
        RuntimeError: They are.
    """
    if DIALOG_EVENT_NAME in dispatcher.observers:
        raise RuntimeError(SET_UP_TWICE)


def check_set_up_once(dispatcher: Dispatcher) -> None:
    """Make sure that dialogs of a dispatcher were not set up again by aiogram-dialog itself.

    Raises:
        RuntimeError: They were.
    """
    middlewares = dispatcher.message.outer_middleware
    if sum(isinstance(each, BgFactoryMiddleware) for each in middlewares) > 1:
        raise RuntimeError(SET_UP_TWICE)


async def check_former(before: BaseStorage, bot: Bot) -> None:
    """Read from the storage that aiogram-dialog used before, as each first update of a chat does.

    Raises:
        TypeError: It is no storage.
        ValueError: It can't be read.
    """
    if not isinstance(before, BaseStorage):
        raise TypeError(f"before: {type(before).__name__} is no storage of aiogram")
    stack = f"{Part.STACK}:{DEFAULT_STACK_ID}"
    try:
        await before.get_data(StorageKey(bot.id, chat_id=0, user_id=0, destiny=stack))
    except Exception as error:
        why, *_ = [*str(error).splitlines(), type(error).__name__]
        raise ValueError(f"before: the storage can't be read: {why}") from error
