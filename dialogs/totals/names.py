"""Names to choose from, those that were used last first."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from aiogram_dialog import DialogManager
from aiogram_dialog.widgets.kbd import ScrollingGroup, Select
from aiogram_dialog.widgets.kbd.select import OnItemClick
from aiogram_dialog.widgets.text import Format

from db.summaries import Label
from dialogs.totals.scope import everything, say_name, short
from locales import Texts
from widgets.notice import Notice
from widgets.services import services_of

OFFERED = 96
"""Names to choose from, at most."""


async def get_names(dialog_manager: DialogManager, texts: Texts, **_: object) -> dict[str, Any]:
    """Give the names to choose from."""
    found = await _find(dialog_manager)
    return {"labels": [(digest(each.label), short(say_name(texts, each.label))) for each in found]}


async def find_name(manager: DialogManager, chosen: str) -> str:
    """Give the name that a button stands for, "" for totals without one.

    Args:
        manager: The manager of the update that is being handled.
        chosen: The `digest` of the name.

    Raises:
        Notice: No total has that name any more.
    """
    for each in await _find(manager):
        if digest(each.label) == chosen:
            return each.label or ""
    raise Notice("notice-not-offered")


async def _find(manager: DialogManager) -> Sequence[Label]:
    summaries = services_of(manager).summaries
    return await summaries.by_label(everything(manager), limit=OFFERED, latest_first=True)


def digest(label: str | None) -> str:
    """Give 12 characters that stand for a name in callback data, which is too short for names."""
    return sha256((label or "").encode()).hexdigest()[:12]


def name_buttons(on_click: OnItemClick[Any, str]) -> ScrollingGroup:
    """Make a button for each name of `get_names`, page by page.

    Args:
        on_click: Gets the `digest` of the name.
    """
    return ScrollingGroup(
        Select(
            Format("{item[1]}"),
            id="of",
            item_id_getter=lambda item: item[0],
            items="labels",
            on_click=on_click,
        ),
        id="labels",
        width=2,
        height=8,
        hide_on_single_page=True,
    )
