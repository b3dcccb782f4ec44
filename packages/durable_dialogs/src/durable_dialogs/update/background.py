"""Updates of background managers, `manager.bg()`: kept in Redis until they are done, each once.

aiogram-dialog hands such an update to a task of this process, and a kill loses it. Here it is an
entry of the outbox, written by the commit of the update that makes it. The entry's number is the
id of its mark, so a second delivery changes nothing.
"""

import json
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

from aiogram import Bot, Dispatcher, Router
from aiogram.fsm.state import State
from aiogram_dialog import BaseDialogManager
from aiogram_dialog.api.entities import DialogAction, DialogStartEvent, DialogSwitchEvent
from aiogram_dialog.api.entities.update_event import DialogUpdateEvent
from aiogram_dialog.api.internal import FakeChat, FakeUser
from aiogram_dialog.manager.bg_manager import BgManager, BgManagerFactoryImpl
from aiogram_dialog.manager.manager import ManagerImpl
from aiogram_dialog.setup import collect_dialogs

from durable_dialogs.delivery.outbox import Afterwards, Outbox, UndeliverableError
from durable_dialogs.drawing.foreground import feed
from durable_dialogs.redis.batch import Batch
from durable_dialogs.state.effects import BACKGROUND
from durable_dialogs.state.retention import PRESS_MEMORY, Retention
from durable_dialogs.state.store import DialogStore
from durable_dialogs.state.update_data import IS_KEPT, KEPT_AS, RETENTION
from durable_dialogs.tasks import start
from durable_dialogs.update.attempts import current_unit

EVENTS: Mapping[DialogAction, type[DialogUpdateEvent]] = {
    DialogAction.START: DialogStartEvent,
    DialogAction.SWITCH: DialogSwitchEvent,
}
"""The classes of events that have a state; all others are of their base class."""

Keep = Callable[[Bot, DialogUpdateEvent], Awaitable[None]]
"""Sees to it that an event of a bot is carried out."""


class Background:
    """Keeps the updates of background managers of one bot, and carries them out.

    Args:
        bot: The bot.
        dispatcher: The dispatcher that the dialogs are set up on.
        store: The open dialogs.
        batch: Sends commands to the same Redis.
        outbox: Keeps the updates.
    """

    def __init__(
        self, bot: Bot, dispatcher: Dispatcher, store: DialogStore, batch: Batch, outbox: Outbox
    ) -> None:
        self._bot, self._dispatcher = bot, dispatcher
        self._store, self._batch, self._outbox = store, batch, outbox

    async def keep(self, event: DialogUpdateEvent) -> None:
        """Have an event carried out: with the commit of the running update, or else at once.

        Args:
            event: The event.

        Raises:
            TypeError: Its data is no JSON.
            AwayError: There is no running update, and Redis can't be used. Nothing was written.
            UnclearError: The same, but the event may have been written.
        """
        # By its name the next worker finds out which was the first.
        number = time.time_ns() << 32 | secrets.randbits(32)
        entry = {f"{BACKGROUND}{number:030}": pack(event)}
        unit = current_unit.get()
        if unit is None or unit.is_done is not None:
            # Outside of updates, or by a task that outlives the try that began it.
            await self._write(event.chat.id, entry)
        elif unit.open and unit.chat == self._store.keys.chat(unit.chat.chat_id):
            unit.background.update(entry)
        else:
            # A task of the handler's, which is too late for the commit, or an update of another
            # bot, whose outbox this commit can't change.
            write = partial(self._write, event.chat.id, entry)
            unit.after_commit(lambda: start(write()))

    async def carry_out(self, entry: str, payload: str) -> Afterwards:
        """Carry an event out that an entry of the outbox holds.

        Returns:
            What to call once the entry is deleted: it shortens the life of the update's mark.

        Raises:
            UndeliverableError: The event can't be read, or its state is no more.
        """
        try:
            event = unpack(payload, self._dispatcher, self._bot)
        except (LookupError, ValueError) as error:
            raise UndeliverableError(f"{type(error).__name__} in an update of bg()") from error
        number, retention = int(entry.removeprefix(BACKGROUND)), Retention(is_kept=True)
        data = {KEPT_AS: number, IS_KEPT: lambda: True, RETENTION: retention}
        # The task that delivers may descend from one of a handler.
        current_unit.set(None)
        await feed(self._dispatcher, self._bot, event, **data)
        mark = self._store.keys.chat(event.chat.id).mark(number)
        return partial(self._batch.send, "EXPIRE", mark, PRESS_MEMORY)

    async def _write(self, chat_id: int, entry: dict[str, str]) -> None:
        chat = self._store.keys.chat(chat_id)
        with self._store.writing:
            await self._outbox.put(chat, entry)
        self._outbox.begin(chat, entry)


def pack(event: DialogUpdateEvent) -> str:
    """Return an event as JSON.

    Raises:
        TypeError: Its data is no JSON.
    """
    content = event.model_dump(
        mode="json", exclude_defaults=True, exclude={"access_settings", "data", "new_state"}
    )
    content["fake"] = isinstance(event.from_user, FakeUser), isinstance(event.chat, FakeChat)
    content["data"] = event.data
    if isinstance(event, DialogStartEvent | DialogSwitchEvent):
        content["new_state"] = event.new_state.state
    if isinstance(event, DialogStartEvent) and (access := event.access_settings):
        content["access_settings"] = {"user_ids": access.user_ids, "custom": access.custom}
    try:
        return json.dumps(content)
    except (TypeError, ValueError) as error:
        raise TypeError(f"bg() takes only data that JSON can hold: {error}") from None


def unpack(payload: str, dispatcher: Dispatcher, bot: Bot) -> DialogUpdateEvent:
    """Return an event from JSON.

    Args:
        payload: What `pack` has returned.
        dispatcher: The dispatcher that has the dialogs.
        bot: The bot.

    Raises:
        LookupError: No dialog has the event's state any more.
        ValueError: The payload is of no event.
    """
    content: dict[str, Any] = json.loads(payload)
    has_fake_user, has_fake_chat = content.pop("fake")
    if has_fake_user:
        content["from_user"] = FakeUser.model_validate(content["from_user"])
    if has_fake_chat:
        content["chat"] = FakeChat.model_validate(content["chat"])
    if "new_state" in content:
        content["new_state"] = _state(content["new_state"], dispatcher)
    kind = EVENTS.get(DialogAction(content["action"]), DialogUpdateEvent)
    return kind.model_validate(content, context={"bot": bot})


def _state(name: str, dispatcher: Dispatcher) -> State:
    for dialog in collect_dialogs(dispatcher):
        for state in dialog.states():
            if state.state == name:
                return state
    raise LookupError(name)


class DurableBgManager(BgManager):
    """aiogram-dialog's background manager, which has its updates kept and not started.

    It overrides `_notify`, because `BgManager` makes its own updater.

    Args:
        manager: aiogram-dialog's.
        keep: Keeps an update.
    """

    def __init__(self, manager: BaseDialogManager, keep: Keep) -> None:
        vars(self).update(vars(manager))
        self._keep = keep

    def bg(self, *args: Any, **kwargs: Any) -> BaseDialogManager:
        """Give a manager of another chat or stack; see `BaseDialogManager`."""
        return DurableBgManager(super().bg(*args, **kwargs), self._keep)

    async def _notify(self, event: DialogUpdateEvent) -> None:
        await self._keep(self._event_context.bot, event)


class DurableBgFactory(BgManagerFactoryImpl):
    """aiogram-dialog's factory, whose managers have their updates kept.

    Args:
        router: The dispatcher that the dialogs are set up on.
        keep: Keeps an update.
    """

    def __init__(self, router: Router, keep: Keep) -> None:
        super().__init__(router)
        self._keep = keep

    def bg(self, *args: Any, **kwargs: Any) -> BaseDialogManager:
        """Give a manager for use outside of updates; see `BgManagerFactory`."""
        return DurableBgManager(super().bg(*args, **kwargs), self._keep)


class DurableManager(ManagerImpl):
    """aiogram-dialog's manager, whose background managers have their updates kept.

    Args:
        keep: Keeps an update.
        arguments: The arguments of `ManagerImpl`.
    """

    def __init__(self, keep: Keep, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._keep = keep

    def bg(self, *args: Any, **kwargs: Any) -> BaseDialogManager:
        """Give a background manager; see `BaseDialogManager`."""
        return DurableBgManager(super().bg(*args, **kwargs), self._keep)
