"""The store: loads records from Redis and writes them if nobody has changed them since.

A stack and its contexts are one record with one version and one time to live. A commit names the
versions that its unit of work loaded. If a version has moved on, the commit script writes nothing,
and the middleware does the update again on the current record.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import orjson
from redis.asyncio import Redis

from durable_dialogs.redis.batch import Batch
from durable_dialogs.state.application import NEW, Application
from durable_dialogs.state.cache import RecordCache
from durable_dialogs.state.keys import TAKEN, BotKeys, ChatKeys
from durable_dialogs.state.outcome import AlreadyDoneError
from durable_dialogs.state.record import Record, change_of
from durable_dialogs.state.takeover import FormerDialogs
from durable_dialogs.state.watch import Watch

MEMORY = 25 * 60 * 60
"""Seconds that an update is remembered, because Telegram repeats messages for 24 hours.

Presses, and updates that the inbox keeps, have other times; see `state.retention`.
"""


class AwayError(Exception):
    """Redis can't be used at the moment, and has certainly written nothing."""


class LostError(AwayError):
    """The process of an update ended in the middle of its commit, so it must not be done again."""


class UnclearError(Exception):
    """Redis may have written everything or nothing, or too few replicas have the write."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """The result of `DialogStore.load`.

    Attributes:
        done: The keys of the records that the update changed, None if its mark was not found.
        record: The record. It is empty if Redis has no record of that key, and None if no record
            has that context.
    """

    done: list[str] | None
    record: Record | None


class DialogStore:
    """The records of all chats.

    Args:
        redis: The connection, with `decode_responses` off.
        batch: Sends commands to the same Redis.
        keys: The bot's keys.
        ttl: Seconds after its last commit at which a record expires.
        application: What the store must know of the application.

    Attributes:
        keys: The bot's keys.
        ttl: Seconds after its last commit at which a record expires.
        former: Dialogs of the storage that was used before, None if there was none.
        cache: Records that this worker has written lately.
        delivers: Whether something delivers what handlers put into the outbox.
        is_away: Whether the last command failed because Redis was away.
        asking: A context for commands that write nothing that the update is about.
        writing: A context for commands that may write even though their answer is lost.
        handling: A context for handlers, which may ask Redis or not.
        in_order: Whether Redis carries out commands that are sent together in their order, also
            commands for several chats.
    """

    def __init__(
        self,
        redis: Redis,
        batch: Batch,
        keys: BotKeys,
        ttl: int,
        application: Application = NEW,
    ) -> None:
        self.is_away = False
        self.cache = RecordCache()
        self.asking = Watch(self, AwayError, AwayError)
        self.writing = Watch(self, AwayError, UnclearError)
        self.handling = Watch(self, AwayError, AwayError, asks=False)
        self.in_order = batch.in_order
        self.keys, self.ttl = keys, ttl
        self._dialog_list = application.dialog_list
        self._kept_alive = application.kept_alive
        self.delivers = application.delivers
        self.former: FormerDialogs | None = None
        if application.before:
            self.former = FormerDialogs(application.before)
            self._kept_alive += (TAKEN,)
        self._batch = batch
        self._load = redis.register_script(Path(__file__).with_name("load.lua").read_text())
        self._commit = redis.register_script(Path(__file__).with_name("commit.lua").read_text())
        self._bind = redis.register_script(Path(__file__).with_name("bind.lua").read_text())

    async def load(
        self,
        chat: ChatKeys,
        *,
        update_id: int | None,
        record: str = "",
        intent: str = "",
        memory: int | None = MEMORY,
    ) -> Loaded:
        """Load a record and look for the mark of an update, in one command.

        Args:
            chat: The chat's keys.
            update_id: The update, None to look for no mark.
            record: The record's key. Give this or `intent`.
            intent: The key of one of the record's contexts.
            memory: Seconds that the update is remembered, as in `commit`.

        Raises:
            AwayError: Redis can't be used at the moment.
            UnclearError: The update was done, but too few replicas have its commit.
        """
        key, by = (record, "record") if record else (intent, "intent")
        with self.asking:
            done, name, *fields = await self._batch.run(
                self._load, keys=[chat.mark(update_id), key], args=[by, chat.named("")]
            )
        mark = chat.mark(update_id)
        return Loaded(
            done=None if done is None else await self._done(chat, mark, done, memory),
            record=Record.parse(name.decode(), *fields) if name else None,
        )

    async def commit(
        self,
        chat: ChatKeys,
        records: Iterable[Record],
        *,
        done: int | None = None,
        memory: int | None = MEMORY,
        outbox: Mapping[str, str] | None = None,
    ) -> str:
        """Run the commit script: write records, the update's mark and outbox entries, or nothing.

        Args:
            chat: The chat's keys.
            records: The records to write.
            done: The id of the update that this commit completes, None to write no mark.
            memory: Seconds that the mark lives. None makes it live as long as records, because an
                entry of the inbox can bring the update again that late.
            outbox: Payloads to deliver, by entry id.

        Returns:
            The version that the records have now. "" if the script wrote nothing, because a
            record has changed since it was loaded, or because the id of a new context is taken.

        Raises:
            AlreadyDoneError: The update was done before.
            AwayError: Redis can't write at the moment.
            UnclearError: Redis went away before its answer came, or too few replicas have the
                write.
        """
        records = list(records)
        intents = [intent for record in records for intent in record.stack.get("intents", ())]
        if len(set(intents)) < len(intents):
            # This update got the same id twice: `new_id()` has 100 values a second.
            return ""
        changes = [change_of(chat, record) for record in records]
        touched = list(map(chat.data, self._kept_alive))
        keys = [chat.mark(done), chat.outbox, *touched]
        for change in changes:
            keys += [change["key"], *change["intents"], *change["closed"]]
        commit = {
            "memory": 0 if done is None else self._seconds(memory),
            "ttl": self.ttl,
            "touched": touched,
            "outbox": dict(outbox or {}),
            "records": changes,
        }
        with self.writing:
            answer: bytes | list[bytes] = await self._batch.run(
                self._commit, keys=keys, args=[orjson.dumps(commit)], safe=True
            )
        if isinstance(answer, bytes):
            if answer:
                for record, change in zip(records, changes, strict=True):
                    self.cache.keep(record, change, answer)
            return answer.decode()
        raise AlreadyDoneError(await self._done(chat, chat.mark(done), answer[0], memory))

    def _seconds(self, memory: int | None) -> int:
        return max(self.ttl, MEMORY) if memory is None else memory

    async def _done(
        self, chat: ChatKeys, mark: str, content: bytes, memory: int | None
    ) -> list[str]:
        """Return the keys of the records that a mark names, once the mark is safe."""
        if self._batch.replicas:
            await self._make_safe(mark, memory)
        return [chat.named(name) for name in _names(content)]

    async def _make_safe(self, mark: str, memory: int | None) -> None:
        """Make sure that enough replicas have the commit that wrote a mark.

        Replicas apply writes in order. So a replica that has the new expiry of the mark also has
        the commit.

        Raises:
            UnclearError: Too few replicas have it, or the mark is gone.
        """
        try:
            with self.writing:
                seconds = self._seconds(memory)
                is_there = await self._batch.send("EXPIRE", mark, seconds, safe=True)
        except AwayError as error:
            # This write failed; the commit may still have reached the replicas.
            raise UnclearError(str(error)) from error
        if not is_there:
            raise UnclearError("the master that had the commit was lost")

    def list_of(self, chat: ChatKeys) -> str | None:
        """Return the key of the list of a chat's dialogs, None if there is no such list."""
        return chat.data(self._dialog_list) if self._dialog_list else None

    async def bind(self, record: str, placeholder: int, message_id: int) -> None:
        """Replace a record's placeholder, if it is still there, by the id of the sent message.

        Args:
            record: The record's key.
            placeholder: The number in place of the message's id.
            message_id: The message.
        """
        await self._batch.run(self._bind, keys=[record], args=[placeholder, message_id])


def _names(mark: bytes) -> list[str]:
    # Older versions wrote whole keys into the mark.
    return [line.rpartition("}:stack:")[2] for line in mark.decode().split("\n") if line]
