"""What each person has chosen; the one place that tells their language and time zone."""

import asyncio
from collections.abc import Callable, MutableMapping
from datetime import UTC, tzinfo
from typing import Unpack
from weakref import WeakValueDictionary
from zoneinfo import ZoneInfo

import structlog
from aiogram.types import User
from cachetools import LRUCache
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from db.preferences import Choice, Preferences, PreferenceStore
from locales import Catalog, Texts

REMEMBERED = 10_000
"""Persons whose choices a process remembers, those seen last."""
PATIENCE = 1.0
"""Seconds that an update waits for what its sender has chosen."""
SAVING = 5.0
"""Seconds that a person waits until a choice is noted."""
REST = 3.0
"""Seconds for which nobody asks a database that did not answer."""
LISTEN = 4.0
"""Seconds of silence after which a connection is listened to anew; shorter than what
Redis may take for an answer, which would be an error."""

NOTHING = Preferences()

log = structlog.get_logger(__name__)


class People:
    """Tells what people have chosen, and takes their choices.

    They stand in the database and are remembered here. Whoever sets one says so in a
    channel of Redis, and every process forgets what it remembers of that person; one that
    may have missed something forgets everybody.

    Args:
        store: Where choices are kept.
        redis: The connection that the bot's processes share, giving bytes.
        bot_id: The bot's id.
        catalog: The texts of all languages.
        forget: Called in every process with the id of whoever's data has changed.
    """

    def __init__(
        self,
        store: PreferenceStore,
        redis: Redis,
        bot_id: int,
        catalog: Catalog,
        forget: Callable[[int], object],
    ) -> None:
        self._store = store
        self._redis = redis
        self._channel = f"tally:{{{bot_id}}}:people"
        self._catalog = catalog
        self._forget = forget
        self._known: MutableMapping[int, Preferences] = LRUCache(REMEMBERED)
        self._asking: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self._changes = 0
        self._ask_after = 0.0

    async def preferences(self, user_id: int) -> Preferences:
        """Tell what a person has chosen; nothing as long as the database is away.

        Who asks for one person is told in the order of asking: updates are in order, too.
        """
        if user_id in self._known and user_id not in self._asking:
            return self._known[user_id]
        # Named here, as the dictionary holds the turn only while somebody does.
        turn = self._asking.setdefault(user_id, asyncio.Lock())
        async with turn:
            if user_id in self._known:
                return self._known[user_id]
            return await self._ask(user_id)

    async def _ask(self, user_id: int) -> Preferences:
        now = asyncio.get_running_loop().time
        if now() < self._ask_after:
            return NOTHING
        changes = self._changes
        try:
            async with asyncio.timeout(PATIENCE):
                found = await self._store.get(user_id)
        except (SQLAlchemyError, TimeoutError) as error:
            log.warning("preferences_unknown", error=type(error).__name__)
            self._ask_after = now() + REST
            return NOTHING
        if changes == self._changes:
            # Else somebody may have chosen while we read.
            self._known[user_id] = found
        return found

    async def texts(self, user_id: int, otherwise: str | None) -> Texts:
        """Give the texts that a person reads.

        Args:
            user_id: The person.
            otherwise: The language of those who have chosen none, as their client names it.
        """
        chosen = (await self.preferences(user_id)).chosen_language
        return self._catalog.speak(chosen or otherwise)

    async def view(self, person: User | None) -> dict[str, object]:
        """Give what handlers, getters and windows find of a person by name.

        Returns:
            `preferences`, `texts` in the person's language, and `zone`, a `tzinfo`: UTC as
            long as the person has set none, and then times are marked so.
        """
        chosen = NOTHING
        if person is not None and not person.is_bot:
            chosen = await self.preferences(person.id)
        spoken = person.language_code if person else None
        return {
            "preferences": chosen,
            "texts": self._catalog.speak(chosen.chosen_language or spoken),
            "zone": zone_of(chosen),
        }

    async def choose(self, user_id: int, **choice: Unpack[Choice]) -> Preferences:
        """Note a choice, for all processes from now on.

        Args:
            user_id: Whose choice it is.
            choice: What was chosen; see `Preferences`.

        Returns:
            All that the person has chosen now.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: The database is away; the choice was not noted.
            TimeoutError: It does not answer.
        """
        async with asyncio.timeout(SAVING):
            await self._store.set(user_id, **choice)
        self._ask_after = 0.0
        await self.changed(user_id)
        return await self.preferences(user_id)

    async def changed(self, user_id: int) -> None:
        """Have every process forget what it remembers of a person."""
        self._drop(user_id)
        try:
            await self._redis.publish(self._channel, user_id)
        except RedisError as error:
            # Who listens loses the connection likewise, and forgets everybody.
            log.warning("change_not_told", error=str(error))

    async def run(self) -> None:
        """Follow what other processes do, until cancelled."""
        while True:
            try:
                await self._listen()
            except (RedisError, OSError) as error:
                log.warning("changes_not_heard", error=str(error))
                await asyncio.sleep(PATIENCE)

    async def _listen(self) -> None:
        async with self._redis.pubsub() as channel:
            await channel.subscribe(self._channel)
            while True:
                message = await channel.get_message(timeout=LISTEN)
                if message is None:
                    continue
                if message["type"] == "message":
                    self._drop(int(message["data"]))
                else:
                    # Subscribed, perhaps again: whatever was said before was not heard.
                    self._changes += 1
                    self._known.clear()

    def _drop(self, user_id: int) -> None:
        self._changes += 1
        self._known.pop(user_id, None)
        self._forget(user_id)


def zone_of(preferences: Preferences) -> tzinfo:
    """Give a person's time zone; UTC as long as none was chosen."""
    if preferences.time_zone is None:
        return UTC
    try:
        return ZoneInfo(preferences.time_zone)
    except (KeyError, OSError, ValueError):
        # Chosen where a newer edition of the time zones was installed.
        return UTC
