"""The quarantine on the command line: list, show, retry and drop updates that nobody could read."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TextIO

from redis.asyncio import Redis
from redis.exceptions import RedisError

from durable_dialogs.intake.quarantine import Entry, Quarantine
from durable_dialogs.redis.address import parse
from durable_dialogs.redis.batch import Batch
from durable_dialogs.redis.connection import connect
from durable_dialogs.redis.embedded_valkey import ValkeyStartError
from durable_dialogs.state.keys import BotKeys
from ops.backup import connected
from ops.deployment import REDIS_PREFIX, Deployment
from ops.errors import OperatorError

HEAD = ("update", "kind", "since (UTC)", "bytes", "can't be read")


async def list_entries(settings: Deployment, out: TextIO) -> None:
    """List the updates in the quarantine, oldest first, without what people sent.

    Args:
        settings: The settings, which tell where Redis is.
        out: Gets the list.

    Raises:
        OperatorError: Redis can't be reached.
    """
    async with _opened(settings) as quarantine:
        entries = await quarantine.entries() if quarantine else []
    if not entries:
        out.write("The quarantine is empty.\n")
        return
    rows = [HEAD, *map(_row, entries)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        out.write("  ".join(cells).rstrip() + "\n")


async def show(settings: Deployment, names: Sequence[str], out: TextIO) -> None:
    """Print updates as Telegram sent them, with what people wrote.

    Args:
        settings: The settings, which tell where Redis is.
        names: The ids of the updates.
        out: Gets them, one line an update.

    Raises:
        OperatorError: Redis can't be reached, or an update is not in the quarantine.
    """
    async with _known(settings, names) as quarantine:
        bodies = [await quarantine.body(name) or b"" for name in names]
    out.writelines(f"{_printable(body)}\n" for body in bodies)


async def retry(settings: Deployment, names: Sequence[str], out: TextIO) -> None:
    """Let the bot try updates again: within seconds if it runs, else when it starts.

    Args:
        settings: The settings, which tell where Redis is.
        names: The ids of the updates; empty for all.
        out: Gets the result.

    Raises:
        OperatorError: Redis can't be reached, or an update is not in the quarantine.
    """
    async with _known(settings, names) as quarantine:
        names = names or [entry.name for entry in await quarantine.entries()]
        await quarantine.ask_again(names)
    out.write(
        f"The bot tries {len(names)} again, within seconds if it runs, else when it starts.\n"
        "Updates that it still can't read stay in the list.\n"
    )


async def drop(settings: Deployment, names: Sequence[str], out: TextIO) -> None:
    """Delete updates from the quarantine.

    Args:
        settings: The settings, which tell where Redis is.
        names: The ids of the updates.
        out: Gets the result.

    Raises:
        OperatorError: Redis can't be reached, or an update is not in the quarantine.
    """
    async with _known(settings, names) as quarantine:
        for name in names:
            await quarantine.drop(name)
    out.write(f"Dropped: {len(names)}.\n")


@asynccontextmanager
async def _known(settings: Deployment, names: Sequence[str]) -> AsyncIterator[Quarantine]:
    """Open the quarantine, and check that these updates are in it."""
    async with _opened(settings) as quarantine:
        kept = {entry.name for entry in await quarantine.entries()} if quarantine else set()
        if unknown := [name for name in names if name not in kept]:
            raise OperatorError(f"{unknown[0]!r} is not in the quarantine")
        if quarantine is None:
            raise OperatorError("the quarantine is empty")
        yield quarantine


@asynccontextmanager
async def _opened(settings: Deployment) -> AsyncIterator[Quarantine | None]:
    """Open the quarantine, also while the bot runs; None if there is none yet."""
    try:
        async with AsyncExitStack() as parts:
            redis: Redis
            if settings.redis_url:
                address = parse(settings.redis_url.get_secret_value())
                redis, batch = connect(address, 0, parts)
            elif (settings.data_dir / "valkey").exists():
                redis = await parts.enter_async_context(connected(settings))
                batch = Batch(redis)
            else:
                yield None
                return
            bot_id = await _bot_id(settings, redis)
            yield (
                None if bot_id is None else Quarantine(redis, batch, BotKeys(bot_id, REDIS_PREFIX))
            )
    except (RedisError, OSError, ValueError, ValkeyStartError) as error:
        raise OperatorError(f"Redis can't be reached: {error}") from error


async def _bot_id(settings: Deployment, redis: Redis) -> int | None:
    """Give the bot's id. Without a token, it is that of the quarantine found in Redis, if any."""
    if settings.bot_token:
        return int(settings.bot_token.get_secret_value().partition(":")[0])
    async for key in redis.scan_iter(match=f"{REDIS_PREFIX}:{{*}}:quarantine"):
        return int(key.decode().partition("{")[2].partition("}")[0])
    return None


def _row(entry: Entry) -> tuple[str, ...]:
    since = f"{entry.since:%Y-%m-%d %H:%M}"
    return entry.name, entry.kind or "unknown", since, str(entry.size), entry.why


def _printable(body: bytes) -> str:
    """Escape control characters, because they would steer the operator's terminal."""
    text = body.decode(errors="backslashreplace")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
