"""Middleware that adds the sender's preferences, texts and time zone to an update."""

import asyncio
from typing import Any, TypeGuard

import structlog
from aiogram import BaseMiddleware
from aiogram.dispatcher.event.bases import NextMiddlewareType
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
    """Adds `preferences`, `texts` and `zone` of the sender to the data of each update.

    It runs before the chat lock and again inside of it, so that a choice counts that the sender
    made while the update waited. It also saves the sender's profile.

    Args:
        catalog: The texts of all languages, added as `catalog`.
        users: Saves profiles.
        people: Knows preferences.
    """

    def __init__(self, catalog: Catalog, users: Users, people: People) -> None:
        self._catalog = catalog
        self._users = users
        self._people = people
        self._waiting: dict[int, Profile] = {}
        self._writing: asyncio.Future[None] | None = None

    async def __call__(
        self,
        handler: NextMiddlewareType[TelegramObject],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> object:
        """Add the data and call the handler; see `BaseMiddleware`."""
        person: User | None = data.get("event_from_user")
        data["catalog"] = self._catalog
        data |= await self._people.view(person)
        if _is_real(person) and not self._users.knows(profile := _profile(person)):
            self._waiting[person.id] = profile
            if self._writing is None:
                # In a task, because counting must not wait for the database.
                self._writing = start(self._remember())
        return await handler(event, data)

    async def close(self, within: float) -> None:
        """Wait until profiles are saved, for at most `within` seconds."""
        if self._writing:
            await finish([self._writing], within)

    async def _remember(self) -> None:
        """Save the waiting profiles together, then those that came meanwhile."""
        try:
            while self._waiting:
                profiles, self._waiting = self._waiting.values(), {}
                await self._users.seen(*profiles)
        except SQLAlchemyError as error:
            # Counting does not need the profile. The person's next update tries again.
            log.warning("people_not_remembered", error=type(error).__name__)
        finally:
            self._writing = None


def _is_real(person: User | None) -> TypeGuard[User]:
    """Tell whether a person sent the update.

    A redraw has a `FakeUser`. A sender without a name stands for the payer of a payment whose
    sender can't be read (`durable_dialogs.intake.reading`).
    """
    if person is None or person.is_bot or isinstance(person, FakeUser):
        return False
    return bool(person.first_name) and person.id not in ANONYMOUS


def _profile(person: User) -> Profile:
    return Profile(person.id, person.first_name, person.username, person.language_code)
