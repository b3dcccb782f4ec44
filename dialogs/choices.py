"""Save what a person chooses in the settings."""

from typing import Unpack

from aiogram_dialog import Data, DialogManager
from sqlalchemy.exc import SQLAlchemyError

from db.preferences import Choice
from widgets.access import ANONYMOUS
from widgets.notice import Notice
from widgets.services import person_of, services_of


async def require_person(_start: Data, manager: DialogManager) -> None:
    """Refuse people without settings of their own: a dialog's `on_start`.

    Raises:
        Notice: The person is an anonymous admin; all of them share one id.
    """
    if person_of(manager).id in ANONYMOUS:
        raise Notice("settings-anonymous")


async def choose(manager: DialogManager, **choice: Unpack[Choice]) -> None:
    """Save a choice, and render by it from now on.

    It goes to the database before the update's commit. An update that is done again does no harm,
    because it saves the same choice. The caller must then change the dialog, such as switch to
    another window, so that the commit leaves a mark and the update is not done again later.

    Raises:
        Notice: The database is away; nothing has changed.
    """
    people, person = services_of(manager).people, person_of(manager)
    try:
        await people.choose(person.id, **choice)
    except (SQLAlchemyError, TimeoutError) as error:
        raise Notice("settings-not-saved", alert=True) from error
    manager.middleware_data.update(await people.view(person))
