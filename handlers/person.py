"""Who sends an update, which language they read, and by which clock they live."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeGuard

import structlog
from aiogram import BaseMiddleware
from aiogram.types import TelegramObject, User
from aiogram_dialog.api.internal import FakeUser
from sqlalchemy.exc import SQLAlchemyError

from db.users import Profile, Users
from durable_dialogs import finish, start
from locales import Catalog
from people.preferences import People
from widgets.access import ANONYMOUS

log = structlog.get_logger(__name__)


class PersonMiddleware(BaseMiddleware):
    """Gives every update the texts in its sender's language, as `texts`, and `zone`.

    It stands before the turn of the chat and again within it, so that what the sender
    has chosen while an update waited for its turn counts. All that was chosen is
    `preferences`, and `people` tells it of others.

    Args:
        catalog: The texts of all languages.
        users: Where people are remembered.
        people: Tells what they have chosen.
    """

    def __init__(self, catalog: Catalog, users: Users, people: People) -> None:
        self._catalog = catalog
        self._users = users
        self._people = people
        self._waiting: dict[int, Profile] = {}
        self._writing: asyncio.Future[None] | None = None

    async def __call__(
        self,
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> object:
        """Pass an update on; see `BaseMiddleware`."""
        person: User | None = data.get("event_from_user")
        data |= {"catalog": self._catalog, "people": self._people}
        data |= await self._people.view(person)
        if _is_real(person) and not self._users.knows(profile := _profile(person)):
            self._waiting[person.id] = profile
            if self._writing is None:
                # Beside the update: counting must not wait for the database.
                self._writing = start(self._remember())
        return await handler(event, data)

    async def close(self, within: float) -> None:
        """Finish what is being written down, for at most `within` seconds."""
        if self._writing:
            await finish([self._writing], within)

    async def _remember(self) -> None:
        """Write down who has come; who comes meanwhile is written next, all of them together."""
        try:
            while self._waiting:
                profiles, self._waiting = self._waiting.values(), {}
                await self._users.seen(*profiles)
        except SQLAlchemyError as error:
            # Counting goes on without it; the next update tries again.
            log.warning("people_not_remembered", error=type(error).__name__)
        finally:
            self._writing = None


def _is_real(person: User | None) -> TypeGuard[User]:
    """Tell whether somebody is there; windows are drawn again without anybody.

    Who has no name stands for the payer of a payment whose sender can't be read (`fsm.reading`).
    """
    if person is None or person.is_bot or isinstance(person, FakeUser):
        return False
    return bool(person.first_name) and person.id not in ANONYMOUS


def _profile(person: User) -> Profile:
    return Profile(person.id, person.first_name, person.username, person.language_code)
