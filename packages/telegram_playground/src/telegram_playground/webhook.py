"""Delivers updates by webhook, after `WebhookActor.cpp` of Telegram's server."""

from __future__ import annotations

import asyncio
import secrets
import ssl
from collections import deque
from http import HTTPStatus
from typing import TYPE_CHECKING

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout, TCPConnector

from telegram_playground.bodies import read_answer

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from telegram_playground.clock import Clock
    from telegram_playground.state import Json, State, Update, Webhook
    from telegram_playground.update_queue import UpdateQueue

REQUEST_TIMEOUT = 60
"""Seconds that the bot has to answer."""

MAX_PAUSE = 60
"""Seconds; pauses between repetitions grow to a random one of 1 to 2 times as many."""

MAX_RETRY_AFTER = 3_600
"""Seconds of `Retry-After` that are honoured at most."""

GONE_FOR = 23 * 3_600
"""Seconds of nothing but `410 Gone` after which the webhook is removed."""

ACCEPTED = 2
"""The first digit of the HTTP statuses that accept an update: 2xx."""

HEADER = "X-Telegram-Bot-Api-Secret-Token"
"""The header with the secret token of setWebhook."""

Line = tuple[str, int]
"""The kind of updates, and the id of their user or chat."""


class Webhooks:
    """Sends updates to the bot's address.

    Updates of one kind from one user or chat form a line: the next one is sent when the one before
    was answered with 2xx or has expired. Lines are sent in parallel over `max_connections`.

    Args:
        state: The state, which holds the webhook and the updates.
        clock: The playground's clock, by which pauses pass.
        queue: The queue that delivered updates are dropped from.

    Attributes:
        execute: Executes the call in an answer of the bot.
    """

    def __init__(self, state: State, clock: Clock, queue: UpdateQueue) -> None:
        self.execute: Callable[[Json], Awaitable[object]] | None = None
        self._state = state
        self._clock = clock
        self._queue = queue
        self._lines: dict[Line, deque[Update]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._session: ClientSession | None = None
        self._connections = asyncio.Semaphore()
        self._gone_since: float | None = None

    async def start(self, webhook: Webhook) -> None:
        """Send the waiting updates and all further ones to a webhook."""
        await self.stop()
        self._state.webhook = webhook
        self._connections = asyncio.Semaphore(webhook.max_connections)
        context: ssl.SSLContext | bool = True
        if webhook.certificate is not None:
            context = ssl.create_default_context(cadata=webhook.certificate.decode("ascii"))
        self._session = ClientSession(
            connector=TCPConnector(limit=webhook.max_connections, ssl=context),
            timeout=ClientTimeout(total=REQUEST_TIMEOUT),
        )
        for update in [*self._state.repeats, *self._state.updates.values()]:
            self.enqueue(update)

    async def stop(self) -> None:
        """Stop sending; updates that were not accepted stay in the queue."""
        self._gone_since = None
        tasks = self._tasks - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._lines.clear()
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def remove(self) -> None:
        """Remove the webhook, and stop sending."""
        self._state.webhook = None
        self._state.note("settings")
        await self.stop()

    def enqueue(self, update: Update) -> None:
        """Add an update to its line."""
        line = ("message" if update.kind == "edited_message" else update.kind, update.line)
        if line in self._lines:
            self._lines[line].append(update)
            return
        self._lines[line] = deque([update])
        task = asyncio.create_task(self._work_off(line))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _work_off(self, line: Line) -> None:
        updates = self._lines[line]
        while updates:
            await self._deliver(updates[0])
            self._queue.forget(updates.popleft())
        del self._lines[line]

    async def _deliver(self, update: Update) -> None:
        """Send an update until it is accepted or has expired."""
        delay = 1
        fails = 0
        while self._clock.time() <= update.expires_at:
            async with self._connections:
                retry_after = await self._send(update)
            if retry_after is None:
                return
            pause = retry_after
            if not retry_after and fails:
                longest = MAX_PAUSE + secrets.randbelow(MAX_PAUSE + 1)
                pause = delay = min(longest, 2 * delay)
            if self._clock.time() + pause > update.expires_at:
                return
            fails += 1
            await self._clock.sleep(pause)

    async def _send(self, update: Update) -> int | None:
        """Send an update once.

        Returns:
            `None` if the bot accepted it, or else the seconds of its `Retry-After` (0 if none).
        """
        webhook, session = self._state.webhook, self._session
        if webhook is None or session is None:
            raise asyncio.CancelledError
        headers = {"Content-Type": "application/json"}
        if webhook.secret_token:
            headers[HEADER] = webhook.secret_token
        try:
            async with session.post(
                webhook.url, data=update.body, headers=headers, allow_redirects=False
            ) as response:
                if response.status // 100 == ACCEPTED:
                    self._gone_since = None
                    await self._follow(response)
                    return None
                await self._note_refusal(webhook, response)
                return _retry_after(response)
        except TimeoutError:
            self._note_error(webhook, "Read timeout expired")
        except ClientError as error:
            self._note_error(webhook, str(error))
        return 0

    async def _follow(self, response: ClientResponse) -> None:
        """Execute the call in the answer to an update; the bot does not get its result."""
        call = await read_answer(response)
        if call is not None and self.execute is not None:
            await self.execute(call)

    async def _note_refusal(self, webhook: Webhook, response: ClientResponse) -> None:
        self._note_error(
            webhook, f"Wrong response from the webhook: {response.status} {response.reason}"
        )
        if response.status != HTTPStatus.GONE:
            self._gone_since = None
        elif self._gone_since is None:
            self._gone_since = self._clock.time()
        elif self._clock.time() > self._gone_since + GONE_FOR:
            await self.remove()
            raise asyncio.CancelledError

    def _note_error(self, webhook: Webhook, message: str) -> None:
        webhook.last_error_date = int(self._clock.time())
        webhook.last_error_message = message


def _retry_after(response: ClientResponse) -> int:
    value = response.headers.get("Retry-After", "")
    return min(int(value), MAX_RETRY_AFTER) if value.isdecimal() else 0
