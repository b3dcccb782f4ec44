"""Settings of a single private chat: the menu button in its language, the admins' commands."""

import asyncio
from collections.abc import Collection, MutableMapping
from functools import partial
from hashlib import sha256
from typing import Any, cast
from weakref import WeakValueDictionary

import structlog
from aiogram import BaseMiddleware, Bot
from aiogram.dispatcher.event.bases import NextMiddlewareType
from aiogram.methods import SetChatMenuButton
from aiogram.types import Chat, MenuButtonDefault, TelegramObject, Update, User
from cachetools import LRUCache
from redis.asyncio import Redis
from redis.exceptions import RedisError

from durable_dialogs import BotKeys, finish, patiently, start
from handlers.menu_button import make_button
from handlers.profile import announce_to_admin, take_back_from
from locales import Catalog
from widgets.services import Services

REMEMBERED = 10_000
"""Number of people whose menu button a worker remembers, least recently used out first."""
KEPT = 365 * 24 * 60 * 60
"""Seconds after a person's last update for which Redis keeps which menu button they have.

After that the button may be set once more.
"""

log = structlog.get_logger(__name__)


class OwnChats(BaseMiddleware):
    """Sets the menu button and the command list of private chats; an outer middleware of updates.

    People who read the default language have the default menu button. For others Redis keeps
    one key a person, so that each button is set once for a language and an address. Redis also
    keeps which admins have the admins' commands in their list. Updates do not wait for any of it.

    Args:
        redis: The connection, giving bytes.
        keys: The bot's keys in Redis.
        catalog: The texts of all languages.
    """

    def __init__(self, redis: Redis, keys: BotKeys, catalog: Catalog) -> None:
        self._redis = redis
        self._keys = keys
        self._admins = keys.own("listed_admins")
        self._catalog = catalog
        self._known: MutableMapping[int, str] = LRUCache(REMEMBERED)
        self._locks: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self._tasks: set[asyncio.Future[None]] = set()

    async def __call__(
        self,
        handler: NextMiddlewareType[TelegramObject],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> object:
        """Handle an update, then start what has to be set; see `BaseMiddleware`."""
        result = await handler(event, data)
        # A redraw carries the language of an earlier update, and a `my_chat_member` update may
        # say that the person has blocked the bot.
        is_by_person = isinstance(event, Update) and (event.message or event.callback_query)
        if is_by_person and (person := _in_own_chat(data)):
            services: Services = data["services"]
            texts = await services.people.texts(person.id, person.language_code)
            if self._known.get(person.id) != texts.language:
                self._begin(person.id, texts.language, data, services.admin_ids)
        return result

    async def dismiss(self, bot: Bot, admin_ids: Collection[int]) -> None:
        """Remove the admins' commands from the lists of former admins.

        Args:
            bot: The bot.
            admin_ids: The ids of the current admins.
        """
        try:
            for listed in await self._redis.smembers(self._admins):
                if int(listed) not in admin_ids:
                    await take_back_from(bot, self._catalog, int(listed))
                    await self._redis.srem(self._admins, listed)
        except RedisError as error:
            # The next start tries again.
            log.warning("admins_not_dismissed", error=str(error))

    async def close(self, within: float) -> None:
        """Wait for running calls, for at most `within` seconds."""
        await finish(self._tasks, within)

    def _begin(
        self, person_id: int, language: str, data: dict[str, Any], admin_ids: Collection[int]
    ) -> None:
        bot: Bot = data["bot"]
        totals_url: str | None = data["totals_url"]
        jobs = [self._set_button(bot, person_id, language, totals_url)]
        if person_id in admin_ids and person_id not in self._known:
            jobs.append(self._list_commands(bot, person_id))
        self._known[person_id] = language
        for job in jobs:
            start(job, among=self._tasks)

    async def _list_commands(self, bot: Bot, admin_id: int) -> None:
        try:
            await self._redis.sadd(self._admins, admin_id)
        except RedisError as error:
            self._known.pop(admin_id, None)
            log.warning("commands_not_listed", error=str(error))
        else:
            await announce_to_admin(bot, self._catalog, admin_id)

    async def _set_button(
        self, bot: Bot, person_id: int, language: str, totals_url: str | None
    ) -> None:
        # One call at a time, so that the language that was chosen last is set last.
        lock = self._locks.setdefault(person_id, asyncio.Lock())
        async with lock:
            await self._set_button_locked(bot, person_id, language, totals_url)

    async def _set_button_locked(
        self, bot: Bot, person_id: int, language: str, totals_url: str | None
    ) -> None:
        texts = self._catalog.speak(language)
        is_own = totals_url is not None and texts is not self._catalog.speak(None)
        wanted = f"{language} {_digest(totals_url)}" if is_own else ""
        key = f"{self._keys.chat(person_id).tag}:menu_button"
        try:
            shown = cast("bytes | None", await self._redis.getex(key, ex=KEPT))
            if (shown or b"").decode() == wanted:
                return
            button = make_button(texts, totals_url) if is_own else MenuButtonDefault()
            method = SetChatMenuButton(chat_id=person_id, menu_button=button)
            if not await patiently(partial(bot, method)):
                # The next update tries again.
                self._known.pop(person_id, None)
                return
            if is_own:
                await self._redis.set(key, wanted, ex=KEPT)
            else:
                await self._redis.delete(key)
        except RedisError as error:
            self._known.pop(person_id, None)
            log.warning("menu_button_not_set", error=str(error))


def _in_own_chat(data: dict[str, Any]) -> User | None:
    chat: Chat | None = data.get("event_chat")
    person: User | None = data.get("event_from_user")
    return person if chat and person and chat.id == person.id else None


def _digest(url: str | None) -> str:
    return sha256((url or "").encode()).hexdigest()[:8]
