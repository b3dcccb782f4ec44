"""Open dialogs in Redis: load, compare, set.

A stack and its contexts are one record with one version and one time to live.
Whoever commits names the versions that it loaded; if one has moved on since,
nothing is written and the update is done again on what is there now.
"""

from collections.abc import Awaitable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import orjson
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError

from fsm.batch import Batch
from fsm.keys import ChatKeys

SCRIPTS = Path(__file__).parent / "scripts"

MEMORY = 25 * 60 * 60
"""Seconds that an update is remembered; Telegram, and the inbox, repeat it for 24 hours."""

REFUSALS = {"MISCONF", "OOM", "READONLY", "NOREPLICAS", "MASTERDOWN", "CLUSTERDOWN"}
"""The codes with which Redis says that it can write nothing at the moment (a full disk, say)."""


class AwayError(Exception):
    """Redis can't be used at the moment, and has surely written nothing."""


class UnclearError(Exception):
    """Redis went away in the middle; it may have written everything, or nothing."""


@dataclass(slots=True)
class Record:
    """A stack and its contexts, as loaded and as changed since.

    Attributes:
        key: Its name in Redis.
        version: The version loaded, "0" where there is none.
        stored: The data as loaded, b"" where there is none.
        stack: The stack as aiogram-dialog stores it, empty where there is none.
        contexts: Its contexts by intent id, as aiogram-dialog stores them.
        message_id: The message that shows it, None for none; below 0 it stands
            for one that is being sent.
        bound: The message as loaded.
        owner: Who has opened it, None where nobody knows.
        loaded: The ids of the contexts as loaded.
    """

    key: str
    version: str = "0"
    stored: bytes = b""
    stack: dict[str, Any] = field(default_factory=dict)
    contexts: dict[str, dict[str, Any]] = field(default_factory=dict)
    message_id: int | None = None
    bound: int | None = None
    owner: int | None = None
    loaded: frozenset[str] = frozenset()

    @classmethod
    def parse(
        cls, key: str, version: bytes | None, data: bytes | None, message: bytes | None
    ) -> "Record":
        """Make a record of what Redis holds of it."""
        if version is None or data is None:
            return cls(key)
        content = orjson.loads(data)
        message_id = int(message) if message else None
        return cls(
            key=key,
            version=version.decode(),
            stored=data,
            stack=content["stack"],
            contexts=content["contexts"],
            message_id=message_id,
            bound=message_id,
            owner=content.get("owner"),
            loaded=frozenset(content["contexts"]),
        )

    def dump(self) -> bytes:
        """Write the record as it is stored, b"" when nothing is left of it."""
        if not self.stack and not self.contexts:
            return b""
        return orjson.dumps({"stack": self.stack, "contexts": self.contexts, "owner": self.owner})

    @property
    def is_new(self) -> bool:
        """Whether it has never been written."""
        return self.version == "0"


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
    """

    def __init__(self, redis: Redis, batch: Batch, ttl: int) -> None:
        self.is_away = False
        self._ttl = ttl
        self._batch = batch
        self._load = redis.register_script((SCRIPTS / "load.lua").read_text())
        self._commit = redis.register_script((SCRIPTS / "commit.lua").read_text())
        self._bind = redis.register_script((SCRIPTS / "bind.lua").read_text())

    async def load(
        self, chat: ChatKeys, *, update_id: int | None, record: str = "", intent: str = ""
    ) -> Loaded:
        """Load a record and see whether an update was done already, in one command.

        Args:
            chat: The chat's keys.
            update_id: The update asked about, None to ask about none.
            record: The record's key, or
            intent: the key of a context of it.

        Raises:
            AwayError: Redis can't be reached.
        """
        key, by = (record, "record") if record else (intent, "intent")
        with self.watched(unclear=AwayError):
            done, name, *fields = await self._batch.run(
                self._load, keys=[chat.done(update_id), key], args=[by]
            )
        return Loaded(
            done=None if done is None else done.decode().split(),
            record=Record.parse(name.decode(), *fields) if name else None,
        )

    async def commit(
        self,
        chat: ChatKeys,
        records: Iterable[Record],
        *,
        done: int | None = None,
        outbox: Mapping[str, str] | None = None,
    ) -> str:
        """Write changed records, the update's mark and the outbox in one atomic step.

        Args:
            chat: The chat's keys.
            records: The records.
            done: The id of the update that is done by this, None to remember none.
            outbox: What is to be delivered, by id.

        Returns:
            The version that the records have now, "" if nothing was written,
            because one has changed since it was loaded or a new context has the
            id of another.

        Raises:
            AwayError: Redis can write nothing at the moment.
            UnclearError: Redis went away; nobody knows whether it was written.
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
            "memory": 0 if done is None else MEMORY,
            "ttl": self._ttl,
            "outbox": dict(outbox or {}),
            "records": changes,
        }
        with self.watched(unclear=UnclearError):
            version: bytes = await self._batch.run(
                self._commit, keys=keys, args=[orjson.dumps(commit)]
            )
            return version.decode()

    @contextmanager
    def watched(self, unclear: type[Exception]) -> Iterator[None]:
        """Tell what a failure of Redis means, and remember whether it is away."""
        try:
            yield
        except (RedisConnectionError, RedisTimeoutError) as error:
            self.is_away = True
            raise unclear(str(error)) from error
        except ResponseError as error:
            # The client takes the codes that it knows off the text.
            code = error.status_code or str(error).partition(" ")[0]
            if code not in REFUSALS:
                raise
            self.is_away = True
            raise AwayError(str(error)) from error
        self.is_away = False

    def _change(self, chat: ChatKeys, record: Record) -> dict[str, Any]:
        now = record.contexts.keys()
        change: dict[str, Any] = {
            "key": record.key,
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
        await cast("Awaitable[int]", self._bind(keys=[record], args=[awaited, message_id]))
