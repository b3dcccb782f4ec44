"""Has each new message sent by one worker only."""

import zlib
from dataclasses import dataclass
from pathlib import Path

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisClusterException, RedisError

from durable_dialogs.redis.batch import Batch
from durable_dialogs.state.keys import sender_key
from durable_dialogs.state.outcome import Drawing
from durable_dialogs.workers.registry import WorkerRegistry

CLAIM_TTL = 24 * 60 * 60
"""Seconds that a claim is kept, far longer than an edit is retried (`edit_queue.PATIENCE`)."""

RESULT_TTL = 10 * 60
"""Seconds for which other workers can find out that a message was sent or cancelled."""

GRACE = 1.0
"""Seconds after its claim for which a worker counts as alive, because one that has just started
may not be in the worker registry yet."""

MIN_PAUSE = 0.05
"""Least seconds before a worker asks again about a message that another one sends."""

MAX_PAUSE = 1.0
"""Most seconds before a worker asks again; the pause grows with the age of the claim."""

RETRY_PAUSE = 0.5
"""Seconds before a worker asks again if Redis was away."""

SENT = "sent"
"""Stands in place of a worker's name once the message was sent."""

CANCELLED = "off"
"""Stands in place of a worker's name if the message must not be sent any more."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that another worker has sent.

    Attributes:
        message_id: The message, None if Telegram's answer could not be read.
        version: The version of the record that the message shows.
        digest: A checksum of the window that the message shows.
    """

    message_id: int | None
    version: str
    digest: int


class Senders:
    """Lets a worker claim the sending of a new message.

    A worker claims the message before it sends it. If that worker dies, the next one that asks
    takes the claim over. Then the message may be sent twice, because the Bot API has no id by
    which Telegram could recognise a repeated request.

    Args:
        redis: The connection, which must return bytes.
        batch: Sends commands to the same Redis.
        workers: The live workers.
    """

    def __init__(self, redis: Redis, batch: Batch, workers: WorkerRegistry) -> None:
        self._batch = batch
        self._workers = workers
        self._claim = redis.register_script(Path(__file__).with_name("sender.lua").read_text())

    async def claim(self, drawing: Drawing, version: str) -> Sent | float | None:
        """Claim the sending of a message, or find out what became of it.

        A drawing without content, which takes the buttons off, cancels the message.

        Args:
            drawing: What is to be drawn on the message; its target is the message's placeholder.
            version: The version of the record that the drawing shows.

        Returns:
            0 if the caller should go on, the message if another worker has sent it, seconds to
            wait before asking again if another worker is sending it, or None if the message was
            cancelled.
        """
        try:
            return await self._find_out(drawing, version)
        except (RedisError, RedisClusterException) as error:
            log.warning("sender_unknown", error=str(error))
            return RETRY_PAUSE

    async def _find_out(self, drawing: Drawing, version: str) -> Sent | float | None:
        found, age = await self._ask(drawing, version)
        sender, *what = found.split(" ")
        is_worker = sender not in {"", SENT, CANCELLED}
        if is_worker and age > GRACE and await self._workers.gone([sender]):
            found, age = await self._ask(drawing, version, sender)
            sender, *what = found.split(" ")
        if not sender:
            return 0.0
        if sender == CANCELLED:
            return None
        if sender != SENT:
            return min(max(age / 2, MIN_PAUSE), MAX_PAUSE)
        message_id, written, digest = what
        sent = Sent(int(message_id) or None, written, int(digest))
        if drawing.content and sent.message_id is None and written < version:
            # Without its id the message can't be edited, so the newer window is sent anew.
            await self._ask(drawing, version, SENT)
            return 0.0
        return sent

    async def note_sent(self, drawing: Drawing, version: str, message_id: int | None) -> None:
        """Tell the other workers that a message was sent.

        Args:
            drawing: The window that the message shows.
            version: The version of the record that the message shows.
            message_id: The message, None if Telegram's answer could not be read.

        Raises:
            redis.exceptions.RedisError: Redis can't be used.
        """
        value = f"{SENT} {message_id or 0} {version} {digest_of(drawing)}"
        await self._batch.send("SET", _key(drawing), value, "EX", RESULT_TTL)

    async def release(self, drawing: Drawing) -> None:
        """Let another worker try to send a message that this worker has given up."""
        try:
            await self._batch.run(self._claim, [_key(drawing)], [self._workers.worker, "", 0, ""])
        except (RedisError, RedisClusterException) as error:
            log.warning("sender_not_released", error=str(error))

    async def _ask(self, drawing: Drawing, version: str, gone: str = "") -> tuple[str, float]:
        """Run the script.

        Args:
            drawing: What is to be drawn on the message.
            version: The version of the record that the drawing shows.
            gone: A dead worker whose claim may be taken over, or `SENT`.

        Returns:
            What another worker has written, "" for nothing, and seconds since its claim.
        """
        worker = self._workers.worker
        value, ttl = f"{worker} {version} {digest_of(drawing)}", CLAIM_TTL
        if drawing.content is None:
            value, ttl = CANCELLED, RESULT_TTL
        arguments: list[str | int] = [worker, value, ttl, gone]
        found, left = await self._batch.run(self._claim, [_key(drawing)], arguments)
        return (found or b"").decode(), CLAIM_TTL - int(left) / 1000


def digest_of(drawing: Drawing) -> int:
    """Return a checksum of a window's text and buttons that is the same in every process."""
    content = drawing.content
    if content is None:
        return 0
    markup = content.reply_markup.model_dump_json() if content.reply_markup else ""
    return zlib.crc32(f"{content.text}\n{markup}".encode(errors="surrogatepass"))


def _key(drawing: Drawing) -> str:
    return sender_key(drawing.record, drawing.target)
