"""Reads and changes the data in a bot's Valkey."""

import asyncio
import json
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

from redis.asyncio import Redis
from redis.exceptions import RedisError

from durable_dialogs.redis.embedded_valkey import EmbeddedValkey
from telegram_playground import Message
from tests.support.nursery import START


class KeptDialogs:
    """The data in a bot's Valkey.

    Attributes:
        data: The data folder.
        settings: The bot's settings, by their names in the environment.
    """

    data: Path
    settings: dict[str, str]

    def redis(self) -> Redis:
        """Connect to the bot's Redis: its own Valkey, or that of REDIS_URL."""
        url = self.settings.get("REDIS_URL") or EmbeddedValkey(self.data / "valkey").url
        return Redis.from_url(url)

    async def keep_in_inbox(self, *updates: dict[str, Any]) -> None:
        """Put updates into the inbox of a stopped bot, as a kill leaves them there."""
        valkey = EmbeddedValkey(self.data / "valkey")
        await valkey.start()
        async with self.redis() as redis:
            for update in updates:
                await redis.hset(self.inbox, str(update["update_id"]), json.dumps(update))
        await valkey.stop()

    async def until_inbox_is_empty(self) -> None:
        """Wait until the inbox has no entry."""
        async with asyncio.timeout(START), self.redis() as redis:
            while await redis.hlen(self.inbox):
                await asyncio.sleep(0.02)

    async def until_noted(self, message: Message) -> None:
        """Wait until Redis has the id of a message; a kill before that may lead to a second one."""
        async with asyncio.timeout(START), self.redis() as redis:
            while True:
                keys = await redis.keys("tally:*:stack:*")
                noted = [await redis.hget(key, "message") for key in keys]
                if str(message.message_id).encode() in noted:
                    return
                await asyncio.sleep(0.02)

    async def until_drawn(self) -> None:
        """Wait until no redraw is pending."""
        async with asyncio.timeout(START), self.redis() as redis:
            while await redis.hlen(self.redraw_index):
                await asyncio.sleep(0.02)

    @property
    def bot_id(self) -> int:
        """The bot's id."""
        return int(self.settings["BOT_TOKEN"].partition(":")[0])

    @property
    def inbox(self) -> str:
        """The key of the inbox."""
        return f"tally:{{{self.bot_id}}}:inbox"

    @property
    def redraw_index(self) -> str:
        """The key of the redraw index."""
        return f"tally:{{{self.bot_id}}}:undrawn"

    async def valkey_answers(self) -> bool:
        """Tell whether the Valkey answers."""
        async with self.redis() as redis:
            try:
                return bool(await redis.ping())
            except (RedisError, OSError):
                return False

    async def kill_valkey(self) -> None:
        """Kill the Valkey with SIGKILL."""
        async with self.redis() as redis:
            process = (await redis.info("server"))["process_id"]
        os.kill(process, signal.SIGKILL)

    async def set_value(self, command: Message, value: int) -> None:
        """Set the value of the counter that a command opened, to spare a million taps."""
        async with self.rewritten_dialogs(f":m{command.message_id}") as records:
            for record in records:
                for context in record["contexts"].values():
                    context["dialog_data"]["value"] = value

    @asynccontextmanager
    async def rewritten_dialogs(self, suffix: str = "") -> AsyncIterator[list[dict[str, Any]]]:
        """Give the records whose keys end with a suffix; write back after the block what changed.

        Each gets a new version, as in a commit. Otherwise the bot would use its cached record.
        """
        async with self.redis() as redis:
            keys = await redis.keys(f"tally:*:stack:*{suffix}")
            kept = [cast("bytes", await redis.hget(key, "data")) for key in keys]
            records = [json.loads(data) for data in kept]
            yield records
            for key, data, record in zip(keys, kept, records, strict=True):
                if record != json.loads(data):
                    version = str(time.time_ns() // 1000)
                    fields = ["version", version, "data", json.dumps(record)]
                    await redis.hset(key, items=fields)
