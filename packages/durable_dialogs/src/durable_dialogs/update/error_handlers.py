"""Handling an update that failed: try again, then the bot's own error handlers."""

from typing import Any, cast

from aiogram import Dispatcher
from aiogram.dispatcher.event.bases import UNHANDLED, NextMiddlewareType
from aiogram.types import ErrorEvent, TelegramObject, Update
from aiogram_dialog.api.exceptions import OutdatedIntent, UnknownIntent

from durable_dialogs.state.outcome import Outcome
from durable_dialogs.state.unit_of_work import UnitOfWork
from durable_dialogs.update.patience import ContentionError

Handler = NextMiddlewareType[TelegramObject]
"""What an outer middleware of updates calls with the update and the middlewares' data."""

FAILURES = 3
"""How often an update may fail before it is given up."""
STALE = (UnknownIntent, OutdatedIntent)
"""What aiogram-dialog raises if a press is of a window that is gone."""
FINAL = (*STALE, ContentionError)
"""Errors that another try would only repeat."""


class ErrorHandlers:
    """Has the bot's error handlers, such as `@router.errors()`, handle an update that failed.

    They work in a unit of work like any other handler.

    Args:
        error: What was raised.
    """

    def __init__(self, error: Exception) -> None:
        self._error = error

    async def __call__(self, update: TelegramObject, data: dict[str, Any]) -> object:
        """Handle the error.

        Raises:
            Exception: The error, if no handler takes it; else what the handler raises.
        """
        dispatcher, unit = cast("Dispatcher", data["dispatcher"]), cast("UnitOfWork", data["unit"])
        unit.outcome = outcome_of(self._error)
        event = ErrorEvent(update=cast("Update", update), exception=self._error)
        result = await dispatcher.propagate_event("error", event, **data)
        if result is UNHANDLED:
            raise self._error
        return result


def next_handler(
    handler: Handler, error: Exception, failures: int, data: dict[str, Any]
) -> Handler | None:
    """Return what handles an update whose handler has raised an error.

    Args:
        handler: The handler.
        error: The error.
        failures: How often the update has failed.
        data: The middlewares' data.

    Returns:
        The handler again, or the bot's error handlers. None if the update is to be given up.
    """
    if isinstance(handler, ErrorHandlers):
        return None
    if failures < FAILURES and not isinstance(error, FINAL):
        return handler
    dispatcher: Dispatcher = data["dispatcher"]
    has_error_handlers = any(router.errors.handlers for router in dispatcher.chain_tail)
    return ErrorHandlers(error) if has_error_handlers else None


def outcome_of(error: Exception) -> Outcome:
    """Return how an update ends that raised an error again and again."""
    return Outcome.REFUSED if isinstance(error, STALE) else Outcome.FAILED
