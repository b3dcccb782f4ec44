"""Inline mode: counters in any chat; everybody taps, the poster confirms or cancels.

The bot does not get the message itself, and a press on it carries only its inline message id.
So an inline counter is no dialog: the unit of work keeps its state under that id.
"""

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from typing import Any

from aiogram import Router
from aiogram.enums import ChatType
from aiogram.filters.callback_data import CallbackData
from aiogram.types import (
    CallbackQuery,
    Chat,
    ChosenInlineResult,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
)
from aiogram_dialog.api.entities import NewMessage

from db.models import VALUE_MAX, Kind
from db.totals import NewTotal
from durable_dialogs import UnitOfWork
from handlers.inline_totals import lines
from locales import Texts
from people.drafts import Drafts
from people.preferences import People
from widgets.notice import Notice
from widgets.services import Services

ENDED_CACHE = 60
"""Seconds that a client may cache the answer "no longer active"; a closed counter stays closed."""

COUNTER = "counter"
"""First part of the result id of a counter; the draft's name follows after a colon."""


class Stage(StrEnum):
    """Whether a counter is open, confirmed or cancelled."""

    COUNTING = "counting"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"


SHOWN = {
    Stage.COUNTING: "counter-value",
    Stage.CONFIRMED: "counter-total",
    Stage.CANCELLED: "counter-cancelled",
}
"""The text key of the last line at each stage."""


class Tap(CallbackData, prefix="inline"):
    """Callback data of a counter's button.

    Attributes:
        draft: The name of the draft that the counter was posted from.
        button: `confirm`, `cancel`, or the index of a step.
    """

    draft: str
    button: str


async def is_tap(callback: CallbackQuery) -> bool:
    """Tell whether a press is on an inline message.

    A coroutine because aiogram runs other filters in a thread, and this one runs for every press.
    """
    return callback.inline_message_id is not None


router = Router(name="inline mode")


@router.chosen_inline_result()
async def posted(chosen: ChosenInlineResult, unit: UnitOfWork, services: Services) -> None:
    """Save the state of a counter when it is posted."""
    kind, _, name = chosen.result_id.partition(":")
    if kind != COUNTER or not chosen.inline_message_id:
        return
    counter = await unit.state()
    is_first = not counter
    if counter and counter["draft"] != name:
        # A press with the data of another draft came first. Telegram's report is right.
        counter.clear()
    await _counter(unit, services.drafts, name)
    texts = await services.people.texts(counter["poster"], counter["language"])
    # If the message looks right already, Telegram would refuse the edit.
    unit.is_shown = is_first and counter.get("spoken") == texts.language


@router.callback_query(is_tap, Tap.filter())
async def tap(
    callback: CallbackQuery,
    callback_data: Tap,
    unit: UnitOfWork,
    texts: Texts,
    services: Services,
) -> None:
    """Count a tap, or confirm or cancel the counter.

    Raises:
        Notice: The message has no such button, only the poster may press it, or the value is
            at its limit.
    """
    counter = await _counter(unit, services.drafts, callback_data.draft)
    if counter["draft"] != callback_data.draft:
        raise Notice("notice-not-offered")
    if counter["stage"] != Stage.COUNTING:
        unit.answer(texts("notice-ended"), alert=True, cache_time=ENDED_CACHE)
        return
    shared = await services.people.texts(counter["poster"], counter["language"])
    match callback_data.button:
        case "confirm" | "cancel" if callback.from_user.id != counter["poster"]:
            raise Notice("inline-not-yours")
        case "confirm":
            counter["stage"] = Stage.CONFIRMED
            total = _total(counter)
            late = shared("counter-saved-later", value=str(total.value))
            unit.deliver(total.confirmation_id.hex(), total.to_json(), late=late)
            unit.after_commit(partial(services.count_total, total.kind))
        case "cancel":
            counter["stage"] = Stage.CANCELLED
        case index if index in map(str, range(len(counter["steps"]))):
            value = counter["value"] + counter["steps"][int(index)]
            if abs(value) > VALUE_MAX:
                raise Notice("counter-at-the-end")
            counter["value"] = value
            unit.answer_late(shared("counter-value", value=str(value)))
            unit.after_commit(partial(services.taps.note, counter["draft"]))
        case _:
            raise Notice("notice-not-offered")


async def window(people: People, counter: Mapping[str, Any]) -> NewMessage:
    """Render a counter in the poster's language."""
    return counter_window(await people.texts(counter["poster"], counter["language"]), counter)


async def _counter(unit: UnitOfWork, drafts: Drafts, name: str) -> dict[str, Any]:
    """Give the state of a counter; the first time, make it from the draft.

    Raises:
        Notice: There is no such draft, or it has expired.
    """
    counter = await unit.state()
    if not counter:
        draft = await drafts.find(name)
        if draft is None:
            raise Notice("notice-ended", alert=True)
        counter.update(
            draft,
            draft=name,
            value=0,
            stage=Stage.COUNTING,
            confirmation_id=secrets.token_hex(16),
        )
        unit.opener = counter["poster"]
    return counter


def counter_window(texts: Texts, counter: Mapping[str, Any]) -> NewMessage:
    """Render a counter in a language."""
    keyboard = counter_keyboard(texts, counter["draft"], counter["steps"])
    return NewMessage(
        chat=Chat(id=counter["poster"], type=ChatType.PRIVATE),
        text=lines(texts, SHOWN[Stage(counter["stage"])], counter["value"], counter["label"]),
        reply_markup=keyboard if counter["stage"] == Stage.COUNTING else None,
    )


def counter_keyboard(texts: Texts, draft: str, steps: tuple[int, ...]) -> InlineKeyboardMarkup:
    """Make the buttons of an open counter."""

    def button(text: str, name: str) -> InlineKeyboardButton:
        return InlineKeyboardButton(text=text, callback_data=Tap(draft=draft, button=name).pack())

    return InlineKeyboardMarkup(
        inline_keyboard=[
            [button(f"{step:+d}", str(index)) for index, step in enumerate(steps)],
            [
                button(texts("counter-confirm"), "confirm"),
                button(texts("counter-cancel"), "cancel"),
            ],
        ]
    )


def _total(counter: Mapping[str, Any]) -> NewTotal:
    return NewTotal(
        confirmation_id=bytes.fromhex(counter["confirmation_id"]),
        user_id=counter["poster"],
        chat_id=None,
        kind=Kind.INLINE,
        label=counter["label"],
        value=counter["value"],
        created_at=datetime.now(UTC),
    )
