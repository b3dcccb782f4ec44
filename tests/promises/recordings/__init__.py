"""What a version of Tally leaves behind when it is killed, as text: Redis, the database, Telegram.

`record.py` makes a recording; its name is the day of the version.
"""

import json
import sqlite3
from base64 import b64decode, b64encode
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from redis.asyncio import Redis

RECORDINGS = sorted(Path(__file__).parent.glob("*.json"))

Value = str | dict[str, str]
"""Bytes: a text, or `{"base64": ...}` if they are none."""


@dataclass(frozen=True, slots=True)
class Recording:
    """What a killed bot has left.

    Attributes:
        token: The bot's token on the playground.
        groups: The ids of groups, by title.
        redis: The keys: each with its type, its seconds to live (-1 for ever) and its value.
        database: The statements that make the SQLite database.
        telegram: The lines of the playground's journal.
    """

    token: str
    groups: dict[str, int]
    redis: dict[str, dict[str, Any]]
    database: list[str]
    telegram: list[Any]

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a recording."""
        return cls(**json.loads(path.read_text(encoding="utf-8")))

    def write(self, path: Path, names: dict[str, str]) -> None:
        """Write the recording.

        Args:
            path: The file.
            names: What is written in place of a text, such as this machine's name.
        """
        text = json.dumps(asdict(self), indent=0, ensure_ascii=False)
        for name, replacement in names.items():
            text = text.replace(name, replacement)
        path.write_text(f"{text}\n", encoding="utf-8")

    def put_database(self, path: Path) -> None:
        """Make the database."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(path)) as database:
            database.executescript("\n".join(self.database))

    def put_telegram(self, folder: Path) -> None:
        """Make the playground's data folder."""
        journal = _journal(folder, self.token)
        journal.parent.mkdir(parents=True, exist_ok=True)
        lines = (json.dumps(line, ensure_ascii=False) for line in self.telegram)
        journal.write_text("\n".join(lines) + "\n", encoding="utf-8")

    async def put_redis(self, redis: Redis) -> None:
        """Write the keys to an empty Redis."""
        for key, entry in self.redis.items():
            await _put(redis, entry["type"], key, entry["value"])
            if entry["ttl"] >= 0:
                await redis.expire(key, entry["ttl"])


def database_of(path: Path) -> list[str]:
    """Give the statements that make a database again."""
    with closing(sqlite3.connect(path)) as database:
        return list(database.iterdump())


def telegram_of(folder: Path, token: str) -> list[Any]:
    """Give the lines of a playground's journal, the last one of each object."""
    journal = _journal(folder, token).read_text("utf-8")
    lines = [json.loads(line) for line in journal.splitlines()]
    return list({json.dumps(line[:2]): line for line in lines}.values())


def _journal(folder: Path, token: str) -> Path:
    return folder / token.partition(":")[0] / "journal"


async def redis_of(redis: Redis) -> dict[str, dict[str, Any]]:
    """Give the keys of a Redis."""
    found = {}
    keys: list[bytes] = await _ask(redis, "KEYS", "*")
    for key in sorted(keys):
        kind: bytes = await _ask(redis, "TYPE", key)
        ttl: int = await _ask(redis, "TTL", key)
        value = await _get(redis, kind.decode(), key)
        found[key.decode()] = {"type": kind.decode(), "ttl": ttl, "value": value}
    return found


async def _ask(redis: Redis, *command: object) -> Any:  # noqa: ANN401 - what the command gives
    return await redis.execute_command(*command)  # type: ignore[no-untyped-call]


async def _get(redis: Redis, kind: str, key: bytes) -> object:
    if kind == "string":
        return _text(await _ask(redis, "GET", key))
    if kind == "hash":
        fields: dict[bytes, bytes] = await _ask(redis, "HGETALL", key)
        return {field.decode(): _text(value) for field, value in sorted(fields.items())}
    if kind == "zset":
        members: list[bytes] = await _ask(redis, "ZRANGE", key, 0, -1)
        scores = [await _ask(redis, "ZSCORE", key, member) for member in members]
        return {member.decode(): score for member, score in zip(members, scores, strict=True)}
    raise ValueError(kind)


async def _put(redis: Redis, kind: str, key: str, value: Any) -> None:  # noqa: ANN401 - JSON by the type
    if kind == "string":
        await _ask(redis, "SET", key, _bytes(value))
    elif kind == "hash":
        for field, content in value.items():
            await _ask(redis, "HSET", key, field, _bytes(content))
    else:
        for member, score in value.items():
            await _ask(redis, "ZADD", key, score, member)


def _text(value: bytes) -> Value:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return {"base64": b64encode(value).decode()}


def _bytes(value: Value) -> bytes:
    return value.encode() if isinstance(value, str) else b64decode(value["base64"])
