"""Saving what a person chooses."""

from typing import Any, Unpack

from aiogram.types import User
from aiogram_dialog import Data, DialogManager
from sqlalchemy.exc import SQLAlchemyError

from db.preferences import Choice
from people.preferences import People
from widgets.access import ANONYMOUS
from widgets.notice import Notice


async def require_person(_: Data, manager: DialogManager) -> None:
    """Let in who has settings: a dialog's `on_start`.

    Raises:
        Notice: Anonymous admins share one id, in all groups.
    """
    person: User = manager.middleware_data["event_from_user"]
    if person.id in ANONYMOUS:
        raise Notice("settings-anonymous")


async def choose(manager: DialogManager, **choice: Unpack[Choice]) -> None:
    """Save a choice, and show everything by it from now on.

    It goes straight to the database, before the update's commit: setting it twice is
    setting it once, so an update that is done again does no harm. Whoever calls this goes
    on to another window, so that the update leaves its mark and is not done again later.

    Raises:
        Notice: The database is away; nothing has changed.
    """
    data: dict[str, Any] = manager.middleware_data
    people: People = data["people"]
    person: User = data["event_from_user"]
    try:
        await people.choose(person.id, **choice)
    except (SQLAlchemyError, TimeoutError) as error:
        raise Notice("settings-not-saved", alert=True) from error
    data |= await people.view(person)
