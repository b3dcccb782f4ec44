"""Which worker sends a message that is not there yet."""

import zlib
from dataclasses import dataclass
from pathlib import Path

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisClusterException, RedisError

from durable_dialogs.drawing.worker_registry import WorkerRegistry
from durable_dialogs.redis.batch import Batch
from durable_dialogs.state.keys import sender_of
from durable_dialogs.state.outcome import Drawing

HELD = 24 * 60 * 60
"""Seconds that a worker may try to send a message, as long as it lives; see `fsm.screen.DAY`."""
SETTLED = 10 * 60
"""Seconds for which other workers find out that a message was sent, or shall not be."""
YOUNG = 1.0
"""Seconds after its claim that a worker counts as alive: one that has just started may not have
signed the list of workers yet."""
SOONEST, LATEST = 0.05, 1.0
"""Seconds after which a worker asks again about a message that another one sends. It asks less
often the longer that takes."""
PAUSE = 0.5
"""Seconds after which it asks again if Redis was away."""

SENT, OFF = "sent", "off"
"""What stands in the place of a worker's name once a message was sent, or shall not be."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that another worker has sent.

    Attributes:
        message_id: The message, None if Telegram's answer could not be read.
        version: The version of the record that it shows, and
        digest: what tells its window from others.
    """

    message_id: int | None
    version: str
    digest: int


class Senders:
    """Has each first message sent by one worker.

    Whoever wants to send one claims it first. If the worker that has claimed it dies, the next
    one that asks takes the claim over; then the message may be sent twice, as Telegram has no
    id by which to recognise it.

    Args:
        redis: The connection, giving bytes.
        batch: Sends commands to the same Redis.
        crew: Tells which workers live.
    """

    def __init__(self, redis: Redis, batch: Batch, crew: WorkerRegistry) -> None:
        self._batch = batch
        self._crew = crew
        self._claim = redis.register_script(Path(__file__).with_name("sender.lua").read_text())

    async def claim(self, drawing: Drawing, version: str) -> Sent | float | None:
        """Claim the sending of a message; or find out what has become of it.

        A drawing that takes the buttons off claims that the message is not sent any more.

        Args:
            drawing: What is to be drawn on it; its target stands for the message.
            version: The version of the record that it shows.

        Returns:
            0 if the caller is to go on, the message if another worker has sent it, seconds to
            wait before asking again if another worker is about to, or None if it is not to be
            sent any more.
        """
        try:
            return await self._find_out(drawing, version)
        except (RedisError, RedisClusterException) as error:
            log.warning("sender_unknown", error=str(error))
            return PAUSE

    async def _find_out(self, drawing: Drawing, version: str) -> Sent | float | None:
        found, age = await self._ask(drawing, version)
        sender, *what = found.split(" ")
        is_worker = sender not in {"", SENT, OFF}
        if is_worker and age > YOUNG and await self._crew.gone([sender]):
            found, age = await self._ask(drawing, version, sender)
            sender, *what = found.split(" ")
        if not sender:
            return 0.0
        if sender == OFF:
            return None
        if sender != SENT:
            return min(max(age / 2, SOONEST), LATEST)
        message_id, written, digest = what
        sent = Sent(int(message_id) or None, written, int(digest))
        if drawing.content and sent.message_id is None and written < version:
            # Nobody can edit that message, so the newer window is sent anew.
            await self._ask(drawing, version, SENT)
            return 0.0
        return sent

    async def settle(self, drawing: Drawing, version: str, message_id: int | None) -> None:
        """Tell the other workers that a message was sent.

        Args:
            drawing: The window that it shows.
            version: The version of the record that it shows.
            message_id: The message, None if Telegram's answer could not be read.

        Raises:
            redis.exceptions.RedisError: Redis can't be used.
        """
        value = f"{SENT} {message_id or 0} {version} {digest_of(drawing)}"
        await self._batch.send("SET", _key(drawing), value, "EX", SETTLED)

    async def release(self, drawing: Drawing) -> None:
        """Let another worker try to send a message that this one has given up."""
        try:
            await self._batch.run(self._claim, [_key(drawing)], [self._crew.worker, "", 0, ""])
        except (RedisError, RedisClusterException) as error:
            log.warning("sender_not_released", error=str(error))

    async def _ask(self, drawing: Drawing, version: str, gone: str = "") -> tuple[str, float]:
        """Give what another worker has written, "" for nothing, and seconds since its claim."""
        worker = self._crew.worker
        value, kept = f"{worker} {version} {digest_of(drawing)}", HELD
        if drawing.content is None:
            value, kept = OFF, SETTLED
        arguments: list[str | int] = [worker, value, kept, gone]
        found, left = await self._batch.run(self._claim, [_key(drawing)], arguments)
        return (found or b"").decode(), HELD - int(left) / 1000


def digest_of(drawing: Drawing) -> int:
    """Tell windows apart by their texts and buttons, in every process alike."""
    content = drawing.content
    if content is None:
        return 0
    markup = content.reply_markup.model_dump_json() if content.reply_markup else ""
    return zlib.crc32(f"{content.text}\n{markup}".encode(errors="surrogatepass"))


def _key(drawing: Drawing) -> str:
    return sender_of(drawing.record, drawing.target)
