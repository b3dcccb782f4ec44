"""Labels to choose from, those used last first."""

from hashlib import sha256
from typing import Any

from aiogram_dialog import DialogManager
from aiogram_dialog.widgets.kbd import ScrollingGroup, Select
from aiogram_dialog.widgets.kbd.select import OnItemClick
from aiogram_dialog.widgets.text import Format

from db.summaries import Summaries
from dialogs.totals.scope import everything, say_label, short
from locales import Texts
from widgets.notice import Notice

OFFERED = 96
"""Labels that are offered."""


async def get_labels(
    dialog_manager: DialogManager, summaries: Summaries, texts: Texts, **_: object
) -> dict[str, Any]:
    """Give the labels to choose from."""
    found = await summaries.by_label(everything(dialog_manager), limit=OFFERED, latest_first=True)
    return {"labels": [(digest(each.label), short(say_label(texts, each.label))) for each in found]}


async def find_label(manager: DialogManager, chosen: str) -> str:
    """Give the label of a button, "" for none.

    Raises:
        Notice: There are no totals of it any more.
    """
    summaries: Summaries = manager.middleware_data["summaries"]
    found = await summaries.by_label(everything(manager), limit=OFFERED, latest_first=True)
    for each in found:
        if digest(each.label) == chosen:
            return each.label or ""
    raise Notice("notice-not-offered")


def digest(label: str | None) -> str:
    """Name a label in callback data, which is too short for labels."""
    return sha256((label or "").encode()).hexdigest()[:12]


def label_buttons(on_click: OnItemClick[Any, str]) -> ScrollingGroup:
    """Make a button for each of `get_labels`, page by page.

    Args:
        on_click: Is told the `digest` of the label.
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
