"""Delivers updates to the bot by polling or webhook, with the faults that are switched on."""

from http import HTTPStatus

from telegram_playground.clock import Clock
from telegram_playground.errors import ApiError
from telegram_playground.faults import Faults
from telegram_playground.polling import Polling
from telegram_playground.signals import Signals
from telegram_playground.state import State, Update
from telegram_playground.update_queue import UpdateQueue
from telegram_playground.webhook import Webhooks

HELD_FOR = 1.0
"""Seconds that a reordered update is held back if no later one comes."""

RESTART = "Internal Server Error: restart"
"""The refusal of a poll that waits while the server stops."""


class Delivery:
    """Delivers each update when it joins the queue.

    Args:
        state: The state, which holds the updates.
        clock: The playground's clock.
        signals: Signalled when updates come or go.
        faults: The faults that are switched on.

    Attributes:
        queue: The updates that wait.
        polling: The bot's polls.
        webhooks: Delivery to the bot's webhook.
        webhook_settable_from: The time from which setWebhook may be called again.
    """

    def __init__(self, state: State, clock: Clock, signals: Signals, faults: Faults) -> None:
        self._state = state
        self._clock = clock
        self._faults = faults
        self._held: Update | None = None
        self.queue = UpdateQueue(state, clock, signals, self._hand_over)
        self.queue.rearrange = self._rearranged
        self.polling = Polling(self.queue, clock)
        self.webhooks = Webhooks(state, clock, self.queue)
        self.webhook_settable_from = float("-inf")

    async def close(self) -> None:
        """Stop sending, and refuse the poll that waits."""
        await self.webhooks.stop()
        self.polling.abort(ApiError(HTTPStatus.INTERNAL_SERVER_ERROR, RESTART))

    def _hand_over(self, update: Update) -> None:
        if not self._faults.active:
            self._deliver(update)
            return
        if fault := self._faults.of_update(update.kind, "alter"):
            update.body = fault.altered(update.body)
        hooked = self._state.webhook is not None
        if hooked and self._held is None and self._faults.of_update(update.kind, "reorder"):
            self._held = update
            self._clock.call_later(HELD_FOR, self._release)
            return
        self._deliver(update)
        self._release()
        if self._faults.of_update(update.kind, "duplicate"):
            self._state.repeats.append(update)
            self._deliver(update)

    def _rearranged(self, updates: list[Update]) -> list[Update]:
        """Swap updates of a poll with the next one, if a fault says so."""
        if self._faults.active:
            for index in range(len(updates) - 1):
                if self._faults.of_update(updates[index].kind, "reorder"):
                    pair = updates[index : index + 2]
                    updates[index : index + 2] = reversed(pair)
        return updates

    def _release(self) -> None:
        """Deliver the update that was held back."""
        if self._held is not None:
            held, self._held = self._held, None
            self._deliver(held)

    def _deliver(self, update: Update) -> None:
        if self._state.webhook is None:
            self.polling.wake()
        else:
            self.webhooks.enqueue(update)
