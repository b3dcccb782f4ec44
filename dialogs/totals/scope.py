"""Which totals are shown: a person's own, or a group's, as they are filtered."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html import escape
from typing import Any, cast

from aiogram.enums import ChatType
from aiogram.types import Chat
from aiogram_dialog import Data, DialogManager

from db.days import day_of
from db.filters import Filter
from db.models import Kind
from locales import Texts
from widgets.zone import mark, zone_of

FILTERS = "filters"
"""Where the filters stand in the dialog's data."""

FIRST_DAY = date(2020, 1, 1)
"""The first day that can be chosen: Tally is younger."""

SHOWN = 30
"""Characters of a label where there is little room. Below a picture Telegram takes 1024."""

KIND_KEYS = {
    Kind.NUMBERS: "totals-kind-numbers",
    Kind.NUMBERS_FAB: "totals-kind-numbers-fab",
    Kind.CUSTOM: "totals-kind-custom",
    Kind.INLINE: "totals-kind-inline",
}


def filters_of(manager: DialogManager) -> dict[str, Any]:
    """Give the filters, to be read and changed: `label`, `kind`, `chat`, `first`, `last`."""
    return cast("dict[str, Any]", manager.dialog_data.setdefault(FILTERS, {}))


def follow(link: Data, manager: DialogManager) -> None:
    """Filter as a link does that has led here, if one has.

    Args:
        link: `label` and `kind`, and how many `days` back, where it filters by them; from the
            settings that one's data stand `alone`.
        manager: The dialog's manager.
    """
    given, chosen = cast("dict[str, Any]", link or {}), filters_of(manager)
    for name in ("label", "kind"):
        if given.get(name):
            chosen[name] = given[name]
    if days := given.get("days"):
        chosen["first"] = (today(manager) - timedelta(days=days - 1)).isoformat()


def place_of(manager: DialogManager) -> Chat:
    """Give the chat where the totals are shown."""
    chat: Chat = manager.middleware_data["event_chat"]
    return chat


def everything(manager: DialogManager) -> Filter:
    """Give all that may be seen here: in a private chat one's own, in a group the group's.

    Nobody's totals of other chats show in a group, whoever looks.
    """
    chat = place_of(manager)
    # A private chat has the id of its person.
    if chat.type == ChatType.PRIVATE:
        return Filter(user_id=chat.id)
    return Filter(chat_id=chat.id)


def wanted(manager: DialogManager) -> Filter:
    """Give what is left of that by the filters."""
    chosen = filters_of(manager)
    all_here = everything(manager)
    left = replace(
        all_here,
        label=chosen.get("label"),
        kind=Kind(chosen["kind"]) if "kind" in chosen else None,
        chat_id=chosen.get("chat", all_here.chat_id),
    )
    return left.on_days(*period_of(manager), zone_of(manager))


def period_of(manager: DialogManager) -> tuple[date | None, date | None]:
    """Give the first and the last day of the filtered period, None where it is open."""
    chosen = filters_of(manager)
    first, last = (chosen.get(name) for name in ("first", "last"))
    return (
        date.fromisoformat(first) if first else None,
        date.fromisoformat(last) if last else None,
    )


def today(manager: DialogManager) -> date:
    """Tell which day it is for the person."""
    return day_of(datetime.now(UTC), zone_of(manager))


def say_label(texts: Texts, label: str | None) -> str:
    """Give a label to be read, as it was typed."""
    return label or texts("totals-unlabelled")


def short(text: str) -> str:
    """Give a label as it fits on a button, or below a picture eight times."""
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


async def get_scope(dialog_manager: DialogManager, texts: Texts, **_: object) -> dict[str, Any]:
    """Give what all windows show of whose totals these are, and how they are filtered."""
    chosen = filters_of(dialog_manager)
    lines = []
    if "label" in chosen:
        label = escape(say_label(texts, chosen["label"]), quote=False)
        lines.append(texts("totals-only-label", label=label))
    if "kind" in chosen:
        kind = texts(KIND_KEYS[Kind(chosen["kind"])])
        lines.append(texts("totals-only-kind", kind=kind))
    if "chat" in chosen:
        chat = escape(chosen["chat_title"], quote=False)
        lines.append(texts("totals-only-chat", chat=chat))
    whatever_day = "\n".join(lines)
    first, last = period_of(dialog_manager)
    if first or last:
        begin, end = (texts.day(day) if day else "" for day in (first, last))
        days = f"{begin} … {end}".strip() if first != last else begin
        lines.append(texts("totals-only-days", days=days + mark(zone_of(dialog_manager))))
    is_group = place_of(dialog_manager).type != ChatType.PRIVATE
    return {
        "only": "\n".join(lines),
        "whatever_day": whatever_day,
        "is_group": is_group,
        "is_own": not is_group,
    }
