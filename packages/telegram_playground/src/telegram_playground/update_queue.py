"""Updates that wait for the bot, as Telegram's Bot API server keeps them (tddb's `TQueue`)."""

from collections.abc import Callable

from telegram_playground import json_text
from telegram_playground.clock import Clock
from telegram_playground.errors import ControlError
from telegram_playground.signals import Signals
from telegram_playground.state import Json, State, Update

DAY = 86_400
LIFETIMES = {
    "callback_query": 150,
    "pre_checkout_query": 150,
    "shipping_query": 150,
    "chosen_inline_result": 600,
    "inline_query": 30,
}
"""Seconds until an update is dropped, by its kind; a day for every other kind (`Client.cpp`)."""

UNUSUAL = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
"""Kinds that a bot gets only if it asks for them (Bot API, getUpdates, `allowed_updates`)."""

FUTURE = 10
"""An offset that is further beyond the next update id is ignored as a mistake."""

UPDATES = "updates"
"""The key of the signal that updates have come or gone."""


class UpdateQueue:
    """The updates of the bot, oldest first, each until it is acknowledged or has expired.

    Args:
        state: The state, which holds the updates.
        clock: The playground's clock, by which updates expire.
        signals: Signalled with `UPDATES` when the queue changes.
        on_push: Called with each update that joins the queue.

    Attributes:
        rearrange: Orders the updates of a poll before the bot gets them.
    """

    def __init__(
        self, state: State, clock: Clock, signals: Signals, on_push: Callable[[Update], None]
    ) -> None:
        self._state = state
        self._clock = clock
        self._signals = signals
        self._on_push = on_push
        self.rearrange: Callable[[list[Update]], list[Update]] = list

    @property
    def pending(self) -> int:
        """The number of updates that wait and have not expired."""
        now = self._clock.time()
        waiting = sum(update.expires_at >= now for update in self._state.updates.values())
        return waiting + len(self._state.repeats)

    def push(self, kind: str, content: Json, line: int) -> int | None:
        """Add an update, unless the bot did not ask for its kind.

        Args:
            kind: The field of the `Update` object, such as `message`.
            content: The value of that field.
            line: The id of the user or chat; a webhook gets updates of a kind and line in order.

        Returns:
            The id of the update, or `None` if the bot does not get this kind.
        """
        allowed = self._state.allowed_updates
        if (kind not in allowed) if allowed else (kind in UNUSUAL):
            return None
        self._state.last_update_id += 1
        update = Update(
            id=self._state.last_update_id,
            body=json_text.encode({"update_id": self._state.last_update_id, kind: content}),
            kind=kind,
            line=line,
            expires_at=self._clock.time() + LIFETIMES.get(kind, DAY),
        )
        self._state.updates[update.id] = update
        self._state.note("update", update.id)
        self._state.history.append(update)
        self._announce(update)
        return update.id

    def repeat(self, update_id: int | None = None) -> Update:
        """Deliver a former update once more, under its own id.

        Telegram does so if an acknowledgement gets lost.

        Args:
            update_id: The id of the update; the latest if `None`.

        Raises:
            ControlError: If there was no such update, or it is no longer known.
        """
        for update in reversed(self._state.history):
            if update_id in {None, update.id}:
                self._state.repeats.append(update)
                self._announce(update)
                return update
        raise ControlError(f"there is no former update {update_id or ''}".rstrip(), 404)

    def take(self, offset: int, limit: int) -> list[Update]:
        """Give the updates for getUpdates, and drop those that the offset acknowledges.

        Args:
            offset: The first update id to return; smaller ones are dropped. 0 drops nothing; -n
                drops all but the latest n.
            limit: The largest number of updates to return.
        """
        updates = self._state.updates
        if offset < 0:
            self._forget(list(updates)[:offset])
        elif 0 < offset <= self._state.last_update_id + 1 + FUTURE:
            self._forget([update_id for update_id in updates if update_id < offset])
        repeats = self._state.repeats[:limit]
        del self._state.repeats[:limit]
        if repeats:
            self._signals.notify(UPDATES)
        return repeats + self._first(limit - len(repeats))

    def forget(self, update: Update) -> None:
        """Drop an update that was delivered or has expired."""
        if update in self._state.repeats:
            self._state.repeats.remove(update)
        else:
            self._state.updates.pop(update.id, None)
            self._state.note("update", update.id)
        self._signals.notify(UPDATES)

    def clear(self) -> None:
        """Drop every update (`drop_pending_updates`)."""
        self._forget(list(self._state.updates))
        self._state.repeats.clear()
        self._signals.notify(UPDATES)

    def _announce(self, update: Update) -> None:
        self._signals.notify(UPDATES)
        self._on_push(update)

    def _first(self, limit: int) -> list[Update]:
        now = self._clock.time()
        ready: list[Update] = []
        expired: list[int] = []
        for update in self._state.updates.values():
            if len(ready) >= limit:
                break
            if update.expires_at < now:
                expired.append(update.id)
            else:
                ready.append(update)
        self._forget(expired)
        return self.rearrange(ready)

    def _forget(self, update_ids: list[int]) -> None:
        for update_id in update_ids:
            del self._state.updates[update_id]
            self._state.note("update", update_id)
        if update_ids:
            self._signals.notify(UPDATES)
