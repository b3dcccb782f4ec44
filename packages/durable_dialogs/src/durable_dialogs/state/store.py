"""Open dialogs in Redis: load, compare, set.

A stack and its contexts are one record with one version and one time to live.
Whoever commits names the versions that it loaded; if one has moved on since,
nothing is written and the update is done again on what is there now.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from redis.asyncio import Redis
from redis.exceptions import RedisError

from durable_dialogs.redis.batch import Batch
from durable_dialogs.redis.errors import is_refusal, is_unclear
from durable_dialogs.state.keys import ChatKeys, name_of
from durable_dialogs.state.record import Record

MEMORY = 25 * 60 * 60
"""Seconds that an update is remembered: Telegram repeats messages for 24 hours. Of presses, and of
what the inbox keeps, see `fsm.keeping`."""


class AwayError(Exception):
    """Redis can't be used at the moment, and has surely written nothing."""


class LostError(AwayError):
    """An update was in doubt when its process ended; it is not done again."""


class UnclearError(Exception):
    """Redis may have written everything, or nothing, or what too few replicas have."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load has found.

    Attributes:
        done: If the update was done already, the keys of the records that it changed.
        record: The record: empty where there is none of that key, None where no
            record has that context.
    """

    done: list[str] | None
    record: Record | None


class DialogStore:
    """The records of all chats.

    Args:
        redis: The connection, giving bytes (`decode_responses` off).
        batch: Sends commands to the same Redis.
        ttl: Seconds that a record lives untouched.

    Attributes:
        is_away: Whether Redis was away when it was last asked.
        in_order: Whether commands that are sent together are carried out in their order,
            also those for other chats.
    """

    def __init__(self, redis: Redis, batch: Batch, ttl: int) -> None:
        self.is_away = False
        self.in_order = batch.in_order
        self._ttl = ttl
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
        """Load a record and see whether an update was done already, in one command.

        Args:
            chat: The chat's keys.
            update_id: The update asked about, None to ask about none.
            record: The record's key, or
            intent: the key of a context of it.
            memory: Seconds that the update is remembered, as in `commit`.

        Raises:
            AwayError: Redis can't be reached.
            UnclearError: The update was done, but too few replicas say so.
        """
        key, by = (record, "record") if record else (intent, "intent")
        with self.watched(unclear=AwayError):
            done, name, *fields = await self._batch.run(
                self._load, keys=[chat.done(update_id), key], args=[by, chat.named("")]
            )
        if done is not None and self._batch.replicas:
            await self._make_safe(chat.done(update_id), memory)
        return Loaded(
            done=None if done is None else [chat.named(name) for name in _names(done)],
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
        """Write changed records, the update's mark and the outbox in one atomic step.

        Args:
            chat: The chat's keys.
            records: The records.
            done: The id of the update that is done by this, None to remember none.
            memory: Seconds that it is remembered, None for as long as records live: then an
                entry of the inbox may bring it again that late, and not later.
            outbox: What is to be delivered, by id.

        Returns:
            The version that the records have now, "" if nothing was written,
            because one has changed since it was loaded or a new context has the
            id of another.

        Raises:
            AwayError: Redis can write nothing at the moment.
            UnclearError: Nobody knows whether it was written, or will last: Redis went away,
                or too few replicas say that they have it.
        """
        records = list(records)
        intents = [intent for record in records for intent in record.stack.get("intents", ())]
        if len(set(intents)) < len(intents):
            # Drawn twice in this update: `new_id()` has 100 values a second.
            return ""
        changes, keys = [], [chat.done(done), chat.outbox, chat.roll]
        for record in records:
            change = self._change(chat, record)
            changes.append(change)
            keys += [record.key, *change["intents"], *change["closed"]]
        commit = {
            "memory": 0 if done is None else self._seconds(memory),
            "ttl": self._ttl,
            "outbox": dict(outbox or {}),
            "records": changes,
        }
        with self.watched(unclear=UnclearError):
            version: bytes = await self._batch.run(
                self._commit, keys=keys, args=[orjson.dumps(commit)], safe=True
            )
            return version.decode()

    def _seconds(self, memory: int | None) -> int:
        return max(self._ttl, MEMORY) if memory is None else memory

    async def _make_safe(self, mark: str, memory: int | None) -> None:
        """See to it that a commit is at the replicas, whoever made it, by its mark.

        Writing the mark again comes after it: whoever has this has the commit.

        Raises:
            UnclearError: It is not, or is gone again.
        """
        try:
            with self.watched(unclear=UnclearError):
                seconds = self._seconds(memory)
                is_there = await self._batch.send("EXPIRE", mark, seconds, safe=True)
        except AwayError as error:
            # That this was not written doesn't say that the commit was not.
            raise UnclearError(str(error)) from error
        if not is_there:
            raise UnclearError("its master was lost meanwhile")

    @contextmanager
    def watched(self, unclear: type[Exception]) -> Iterator[None]:
        """Tell what a failure of Redis means, and remember whether it is away."""
        with self.noticed(unclear):
            yield
        self.is_away = False

    @contextmanager
    def noticed(self, unclear: type[Exception]) -> Iterator[None]:
        """Tell what a failure of Redis means; without one nothing is learnt."""
        try:
            yield
        except RedisError as error:
            if not (is_refusal(error) or is_unclear(error)):
                raise
            self.is_away = True
            meaning = AwayError if is_refusal(error) else unclear
            raise meaning(str(error)) from error

    def _change(self, chat: ChatKeys, record: Record) -> dict[str, Any]:
        now = record.contexts.keys()
        change: dict[str, Any] = {
            "key": record.key,
            "name": name_of(record.key),
            "version": record.version,
            "data": record.dump().decode(),
            "intents": [chat.intent(intent) for intent in now],
            "opened": [chat.intent(intent) for intent in now - record.loaded],
            "closed": [chat.intent(intent) for intent in record.loaded - now],
        }
        if record.message_id != record.bound:
            change["message"] = str(record.message_id or "")
        return change

    async def bind(self, record: str, awaited: int, message_id: int) -> None:
        """Note which message shows a record, unless something else was noted meanwhile.

        Args:
            record: The record's key.
            awaited: What stands for the message until it is sent.
            message_id: The message.
        """
        await self._batch.run(self._bind, keys=[record], args=[awaited, message_id])


def _names(mark: bytes) -> list[str]:
    # What older versions have written are whole keys.
    return [line.rpartition("}:stack:")[2] for line in mark.decode().split("\n") if line]
