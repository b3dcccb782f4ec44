"""Uses another stack within the same update.

aiogram-dialog has `manager.bg(...).fg()` for that. But it waits for ever if the nested update
fails before its handler runs, for example because a states group no longer exists. The functions
of this module raise an error instead.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from typing import cast

from aiogram import Bot, Dispatcher
from aiogram.fsm.state import State
from aiogram.types import Chat
from aiogram_dialog import DialogManager, ShowMode
from aiogram_dialog.api.entities import (
    EVENT_CONTEXT_KEY,
    DialogAction,
    DialogUpdate,
    DialogUpdateEvent,
    EventContext,
)
from aiogram_dialog.api.entities.update_event import DialogFgEvent
from aiogram_dialog.api.internal import FakeUser

from durable_dialogs.state.location import Location
from durable_dialogs.state.outcome import Outcome
from durable_dialogs.state.store import AwayError
from durable_dialogs.tasks import start


class NotDrawnError(Exception):
    """A window could not be drawn again, because its handlers failed."""


class NotDrawnNowError(NotDrawnError):
    """A window can't be drawn again for now, for example because the database is away."""


def topic_of(manager: DialogManager) -> int | None:
    """Return the topic of an update, None if it has none."""
    return cast("EventContext", manager.middleware_data[EVENT_CONTEXT_KEY]).thread_id


def is_foreground(update: DialogUpdate) -> bool:
    """Tell whether an update is nested: part of another update that uses a second stack."""
    return isinstance(update.event, DialogFgEvent)


def foreground(manager: DialogManager, stack_id: str) -> AbstractAsyncContextManager[DialogManager]:
    """Give the manager of another stack of the same person, chat and topic.

    Its changes belong to the same unit of work.

    Args:
        manager: The manager of the update being handled.
        stack_id: The other stack.

    Raises:
        Exception: Any error that keeps the stack from being opened.
    """
    return in_topic(manager, topic_of(manager), stack_id)


@asynccontextmanager
async def in_topic(
    manager: DialogManager, thread_id: int | None, stack_id: str
) -> AsyncIterator[DialogManager]:
    """Give the manager of a stack in another topic of the chat; see `foreground`."""
    loop = asyncio.get_running_loop()
    here = cast("EventContext", manager.middleware_data[EVENT_CONTEXT_KEY])
    context = replace(here, thread_id=thread_id)
    event = DialogFgEvent(
        **_address(context, stack_id),
        action=DialogAction.FG,
        data=None,
        entered=loop.create_future(),
        exited=loop.create_future(),
    )
    dispatcher = cast("Dispatcher", manager.middleware_data["dispatcher"])
    nested = start(feed(dispatcher, here.bot, event), awaited=True)
    await asyncio.wait({nested, event.entered}, return_when=asyncio.FIRST_COMPLETED)
    if not event.entered.done():
        await nested
        raise RuntimeError(f"stack {stack_id!r} can't be opened here")
    try:
        yield event.entered.result()
    except BaseException:
        nested.cancel()
        await asyncio.wait({nested})
        raise
    event.exited.set_result(None)
    await nested


async def open_beside(
    manager: DialogManager, stack_id: str, state: State, data: Mapping[str, object]
) -> None:
    """Open a dialog on a message and a stack of its own.

    If the stack is open already, because Telegram delivered the update again, it is shown.

    Args:
        manager: The manager of the update being handled.
        stack_id: The stack, named after the message that opens it.
        state: The window.
        data: The dialog's start data.
    """
    async with foreground(manager, stack_id) as beside:
        if beside.has_context():
            await beside.show()
        else:
            await beside.start(state, dict(data), show_mode=ShowMode.SEND)


async def redraw(
    dispatcher: Dispatcher,
    bot: Bot,
    location: Location,
    stack_id: str,
    business: str | None = None,
) -> None:
    """Draw a stack's window again from its stored state.

    Args:
        dispatcher: The dispatcher that the dialogs are set up on.
        bot: The bot that has sent the window.
        location: The stack's chat, topic and person.
        stack_id: The stack.
        business: The stack's business connection, None without one.

    Raises:
        AwayError: Redis can't be used.
        NotDrawnNowError: The window's handlers refused, as they do if a database is away.
        NotDrawnError: The window's handlers failed.
    """
    context = EventContext(
        bot=bot,
        chat=Chat(id=location.chat_id, type=location.chat_type),
        user=FakeUser(
            id=location.user_id, is_bot=False, first_name="", language_code=location.language
        ),
        thread_id=location.thread_id,
        business_connection_id=business,
    )
    event = DialogUpdateEvent(
        **_address(context, stack_id),
        action=DialogAction.UPDATE,
        data={},
        # By default aiogram-dialog deletes the message of a reply keyboard and sends another one.
        show_mode=ShowMode.EDIT,
    )
    outcome = await feed(dispatcher, bot, event)
    if outcome is Outcome.AWAY:
        raise AwayError("not drawn again")
    if outcome is Outcome.REFUSED:
        raise NotDrawnNowError("not drawn again: its handlers refused")
    if outcome is not Outcome.DONE:
        raise NotDrawnError(f"not drawn again: {outcome}")


def _address(context: EventContext, stack_id: str) -> dict[str, object]:
    return {
        "from_user": context.user,
        "chat": context.chat,
        "thread_id": context.thread_id,
        "business_connection_id": context.business_connection_id,
        "intent_id": None,
        "stack_id": stack_id,
    }


async def feed(
    dispatcher: Dispatcher, bot: Bot, event: DialogUpdateEvent, **data: object
) -> object:
    """Have a dispatcher handle an event of aiogram-dialog; return the outcome.

    Args:
        dispatcher: The dispatcher that the dialogs are set up on.
        bot: The bot.
        event: The event.
        data: What to add to the middlewares' data.
    """
    return await dispatcher.feed_update(
        bot,
        DialogUpdate(aiogd_update=event.as_(bot)).as_(bot),
        event_from_user=event.from_user,
        event_chat=event.chat,
        event_thread_id=event.thread_id,
        **data,
    )
