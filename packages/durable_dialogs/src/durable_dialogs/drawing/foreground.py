"""Working in another stack within the same update.

aiogram-dialog has `manager.bg(...).fg()` for it, but if the nested update fails
before its handler runs (a states group that is no longer there, say), that waits
for ever. This one raises.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from typing import cast

from aiogram import Bot, Dispatcher
from aiogram.fsm.state import State
from aiogram.types import Chat
from aiogram_dialog import Data, DialogManager, ShowMode
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
    """A window could not be drawn again: the database is away, perhaps."""


def topic_of(manager: DialogManager) -> int | None:
    """Give the topic that an update is of, None where it is of none."""
    return cast("EventContext", manager.middleware_data[EVENT_CONTEXT_KEY]).thread_id


def is_foreground(update: DialogUpdate) -> bool:
    """Tell whether an update is another's work in a stack besides its own."""
    return isinstance(update.event, DialogFgEvent)


def foreground(manager: DialogManager, stack_id: str) -> AbstractAsyncContextManager[DialogManager]:
    """Give the manager of another stack of the same person, chat and topic.

    What is done with it belongs to the same transaction.

    Args:
        manager: The manager of the update being handled.
        stack_id: The other stack.

    Raises:
        Exception: Whatever keeps the stack from being opened.
    """
    return in_topic(manager, topic_of(manager), stack_id)


@asynccontextmanager
async def in_topic(
    manager: DialogManager, thread_id: int | None, stack_id: str
) -> AsyncIterator[DialogManager]:
    """Give the manager of a stack in another topic of the chat; see `foreground`."""
    loop = asyncio.get_running_loop()
    here = cast("EventContext", manager.middleware_data[EVENT_CONTEXT_KEY])
    place = replace(here, thread_id=thread_id)
    event = DialogFgEvent(
        **_address(place, stack_id),
        action=DialogAction.FG,
        data=None,
        entered=loop.create_future(),
        exited=loop.create_future(),
    )
    dispatcher = cast("Dispatcher", manager.middleware_data["dispatcher"])
    nested = start(_feed(dispatcher, place, event), awaited=True)
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
    manager: DialogManager, stack_id: str, state: State, data: Mapping[str, Data]
) -> None:
    """Open a dialog on a message and a stack of its own.

    Where the stack is open already (the same update delivered again), it is shown.

    Args:
        manager: The manager of the update being handled.
        stack_id: The stack, named after what it is opened by.
        state: The window.
        data: What the dialog starts with.
    """
    async with foreground(manager, stack_id) as beside:
        if beside.has_context():
            await beside.show()
        else:
            await beside.start(state, dict(data), show_mode=ShowMode.SEND)


async def redraw(dispatcher: Dispatcher, bot: Bot, place: Location, stack_id: str) -> None:
    """Have a stack's window drawn again as it stands.

    Args:
        dispatcher: The dispatcher that the dialogs are set up on.
        bot: Whose window it is.
        place: Whose stack it is, and where.
        stack_id: The stack.

    Raises:
        AwayError: Redis can't be used.
        NotDrawnError: What the window is made of can't be had.
    """
    context = EventContext(
        bot=bot,
        chat=Chat(id=place.chat_id, type=place.chat_type),
        user=FakeUser(id=place.user_id, is_bot=False, first_name="", language_code=place.language),
        thread_id=place.thread_id,
        business_connection_id=None,
    )
    event = DialogUpdateEvent(
        **_address(context, stack_id),
        action=DialogAction.UPDATE,
        data={},
        # Said, as the library would delete a reply keyboard's message and send another.
        show_mode=ShowMode.EDIT,
    )
    outcome = await _feed(dispatcher, context, event)
    if outcome is Outcome.AWAY:
        raise AwayError("not drawn again")
    if outcome is not Outcome.DONE:
        raise NotDrawnError(f"not drawn again: {outcome}")


def _address(place: EventContext, stack_id: str) -> dict[str, object]:
    return {
        "from_user": place.user,
        "chat": place.chat,
        "thread_id": place.thread_id,
        "business_connection_id": place.business_connection_id,
        "intent_id": None,
        "stack_id": stack_id,
    }


async def _feed(dispatcher: Dispatcher, place: EventContext, event: DialogUpdateEvent) -> object:
    bot: Bot = place.bot
    return await dispatcher.feed_update(
        bot,
        DialogUpdate(aiogd_update=event.as_(bot)).as_(bot),
        event_from_user=event.from_user,
        event_chat=event.chat,
        event_thread_id=event.thread_id,
    )
