"""Which totals the windows show: the person's own or the group's, and by which filters."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html import escape
from typing import Any

from aiogram_dialog import DialogManager

from db.days import day_of
from db.filters import Filter
from db.models import Kind
from dialogs.totals.kept import Filters, TotalsStart, kept
from locales import Texts
from widgets.dialog_data import start_of
from widgets.services import chat_of, is_private, zone_of
from widgets.zone import mark

FIRST_DAY = date(2020, 1, 1)
"""The first day that a person can choose; Tally is younger."""

SHOWN = 30
"""Characters of a name on a button or below a picture, where Telegram takes 1024 in all."""

KIND_KEYS = {
    Kind.NUMBERS: "totals-kind-numbers",
    Kind.NUMBERS_FAB: "totals-kind-numbers-fab",
    Kind.CUSTOM: "totals-kind-custom",
    Kind.INLINE: "totals-kind-inline",
}
"""Keys of the names of the kinds of counters."""


def filters_of(manager: DialogManager) -> Filters:
    """Give the filters, to be read and changed."""
    return kept(manager).setdefault("filters", {})


def follow_link(manager: DialogManager) -> None:
    """Set the filters of the link that opened the dialog, if a link did."""
    link, chosen = start_of(manager, TotalsStart), filters_of(manager)
    if label := link.get("label"):
        chosen["label"] = label
    if kind := link.get("kind"):
        chosen["kind"] = kind
    if days := link.get("days"):
        chosen["first"] = (today(manager) - timedelta(days=days - 1)).isoformat()


def everything(manager: DialogManager) -> Filter:
    """Give a filter for all totals that this chat may see.

    A private chat sees the person's own totals, a group those that were counted there. A group
    never sees totals of other chats.
    """
    chat_id = chat_of(manager).id
    # A private chat has the id of its person.
    return Filter(user_id=chat_id) if is_private(manager) else Filter(chat_id=chat_id)


def wanted(manager: DialogManager) -> Filter:
    """Give a filter for those totals that the person wants to see."""
    chosen = filters_of(manager)
    all_here = everything(manager)
    some = replace(
        all_here,
        label=chosen.get("label"),
        kind=Kind(chosen["kind"]) if "kind" in chosen else None,
        chat_id=chosen.get("chat", all_here.chat_id),
    )
    return some.on_days(*period_of(manager), zone_of(manager))


def period_of(manager: DialogManager) -> tuple[date | None, date | None]:
    """Give the first and the last day of the chosen period; None for an open end."""
    chosen = filters_of(manager)
    first, last = chosen.get("first"), chosen.get("last")
    return (
        date.fromisoformat(first) if first else None,
        date.fromisoformat(last) if last else None,
    )


def today(manager: DialogManager) -> date:
    """Give today's date in the person's time zone."""
    return day_of(datetime.now(UTC), zone_of(manager))


def say_name(texts: Texts, label: str | None) -> str:
    """Give a name as it was typed, or the words for no name."""
    return label or texts("totals-unlabelled")


def short(text: str) -> str:
    """Cut a name to `SHOWN` characters."""
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


async def get_scope(dialog_manager: DialogManager, texts: Texts, **_: object) -> dict[str, Any]:
    """Give what all windows show: whose totals these are, and the filters."""
    chosen = filters_of(dialog_manager)
    lines = []
    if "label" in chosen:
        label = escape(say_name(texts, chosen["label"]), quote=False)
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
    is_group = not is_private(dialog_manager)
    return {
        "only": "\n".join(lines),
        "whatever_day": whatever_day,
        "is_group": is_group,
        "is_own": not is_group,
    }
