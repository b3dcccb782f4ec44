"""People's preferences, cached, and the language and time zone that follow from them."""

import asyncio
from collections.abc import Callable, MutableMapping
from datetime import UTC, tzinfo
from typing import TypedDict, Unpack
from weakref import WeakValueDictionary
from zoneinfo import ZoneInfo

import structlog
from aiogram.types import User
from cachetools import LRUCache
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from db.preferences import Choice, Preferences, PreferenceStore
from durable_dialogs import BotKeys
from locales import Catalog, Texts

REMEMBERED = 10_000
"""Number of people whose preferences a worker caches, least recently used out first."""
PATIENCE = 1.0
"""Seconds that an update waits for its sender's preferences."""
SAVING = 5.0
"""Seconds to wait until a choice is saved."""
REST = 3.0
"""Seconds without a query to the database after it did not answer."""
LISTEN = 4.0
"""Seconds of one wait for messages. It is shorter than the timeout for Redis' answers, after which
redis-py raises an error."""

NOTHING = Preferences()
"""Preferences of a person who has chosen nothing."""

log = structlog.get_logger(__name__)


class PersonData(TypedDict):
    """What the middlewares' data says about the sender of an update.

    Attributes:
        preferences: What the person has chosen.
        texts: The texts in the person's language.
        zone: The person's time zone, UTC if none was chosen.
    """

    preferences: Preferences
    texts: Texts
    zone: tzinfo


class People:
    """Reads people's preferences and saves their choices.

    The database keeps preferences, and each worker caches them. A worker that saves a choice
    publishes the person's id in a Redis channel, and all workers drop that person from their
    caches. A worker that may have missed a message drops everybody.

    Args:
        store: Preferences in the database.
        redis: The connection, giving bytes.
        keys: The bot's keys in Redis.
        catalog: The texts of all languages.
        forget: Called in each worker with the id of a person whose data has changed.
    """

    def __init__(
        self,
        store: PreferenceStore,
        redis: Redis,
        keys: BotKeys,
        catalog: Catalog,
        forget: Callable[[int], object],
    ) -> None:
        self._store = store
        self._redis = redis
        self._channel = keys.own("people")
        self._catalog = catalog
        self._forget = forget
        self._known: MutableMapping[int, Preferences] = LRUCache(REMEMBERED)
        self._asking: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self._changes = 0
        self._ask_after = 0.0

    async def preferences(self, user_id: int) -> Preferences:
        """Give a person's preferences; the defaults while the database is away.

        Callers who ask for the same person get their answers in order, so updates stay in order.
        """
        if user_id in self._known and user_id not in self._asking:
            return self._known[user_id]
        # A variable keeps the lock alive: the dictionary holds only a weak reference.
        lock = self._asking.setdefault(user_id, asyncio.Lock())
        async with lock:
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
            # Otherwise the person may have made a choice while the database was read.
            self._known[user_id] = found
        return found

    async def texts(self, user_id: int, otherwise: str | None) -> Texts:
        """Give the texts in a person's language.

        Args:
            user_id: The person's id.
            otherwise: The language of the person's client (an IETF tag), used if the person has
                chosen no language.
        """
        chosen = (await self.preferences(user_id)).chosen_language
        return self._catalog.speak(chosen or otherwise)

    async def view(self, person: User | None) -> PersonData:
        """Give the middlewares' data about a person.

        Args:
            person: The person, None if the update has no sender.
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
        """Save a choice, and have all workers use it from now on.

        Args:
            user_id: The person's id.
            choice: The fields of `Preferences` that change.

        Returns:
            All preferences of the person after the change.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: The database is away; the choice was not saved.
            TimeoutError: The database does not answer.
        """
        async with asyncio.timeout(SAVING):
            await self._store.set(user_id, **choice)
        self._ask_after = 0.0
        await self.changed(user_id)
        return await self.preferences(user_id)

    async def changed(self, user_id: int) -> None:
        """Have all workers drop what they cache about a person."""
        self._drop(user_id)
        try:
            await self._redis.publish(self._channel, user_id)
        except RedisError as error:
            # The other workers lose their connections as well, and drop everybody.
            log.warning("settings_not_published", error=str(error))

    async def run(self) -> None:
        """Follow the changes of other workers until cancelled."""
        while True:
            try:
                await self._listen()
            except (RedisError, OSError) as error:
                log.warning("settings_sync_lost", error=str(error))
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
                    # A new subscription: messages from before it were missed.
                    self._changes += 1
                    self._known.clear()

    def _drop(self, user_id: int) -> None:
        self._changes += 1
        self._known.pop(user_id, None)
        self._forget(user_id)


def zone_of(preferences: Preferences) -> tzinfo:
    """Give a person's time zone, UTC if the person has chosen none."""
    if preferences.time_zone is None:
        return UTC
    try:
        return ZoneInfo(preferences.time_zone)
    except (KeyError, OSError, ValueError):
        # A worker with newer time zone data may have saved a zone that is unknown here.
        return UTC
