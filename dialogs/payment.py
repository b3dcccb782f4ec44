"""Payments: a gift of Telegram Stars, a mug by card, and what the person has paid."""

from collections.abc import Sequence
from datetime import tzinfo
from typing import Any, TypedDict

from aiogram.types import CallbackQuery
from aiogram_dialog import Data, Dialog, DialogManager, ShowMode
from aiogram_dialog.widgets.kbd import Button, Cancel, Row, SwitchTo
from aiogram_dialog.widgets.text import Format
from magic_filter import F

from db.models import Payment
from db.payments import Page
from dialogs.bill import BillStart
from durable_dialogs import open_beside, unit_of_work
from locales import Texts
from signed.bills import CURRENCY, MUG, SHIPPING, STARS, STARS_MAX, STARS_MIN, Bill, price
from states import Bill as BillStates
from states import Payment as PaymentStates
from widgets.dialog_data import data_of
from widgets.notice import Notice
from widgets.services import person_of, services_of, texts_of
from widgets.steps import Steps
from widgets.text import T, fill
from widgets.window import Window
from widgets.zone import local_time

STEPS = (-100, -10, -1, 1, 10, 100)
"""The buttons that change the amount of Stars."""

FIRST = 10
"""Stars that the window shows at first."""

PAGE = 5
"""Payments on a page."""


class PaymentData(TypedDict, total=False):
    """What the dialog keeps.

    Attributes:
        amount: The Stars that the person has chosen.
        before: For each page after the first, the id of the payment before it; the last one is
            the page that shows.
        bill: The bill that was opened last.
    """

    amount: int
    before: list[int | None]
    bill: BillStart


async def begin(_start: Data, manager: DialogManager) -> None:
    """Choose some Stars at first."""
    _data(manager)["amount"] = FIRST


async def get_stars(dialog_manager: DialogManager, **_: object) -> dict[str, Any]:
    """Give the chosen amount."""
    return {"price": price(_data(dialog_manager)["amount"], STARS)}


async def get_mug(dialog_manager: DialogManager, **_: object) -> dict[str, Any]:
    """Give the price of a mug, the countries it is sent to, and whether Tally takes cards."""
    return {
        "price": price(MUG, CURRENCY),
        "countries": ", ".join(SHIPPING),
        "is_on": services_of(dialog_manager).provider_token is not None,
    }


async def get_history(
    dialog_manager: DialogManager, texts: Texts, zone: tzinfo, **_: object
) -> dict[str, Any]:
    """Give the page of payments that the person has turned to."""
    page = await _page(dialog_manager)
    return {
        "rows": "\n\n".join(_row(payment, texts, zone) for payment in page.payments),
        "newer": bool(_data(dialog_manager).get("before")),
        "older": page.further,
    }


async def _page(manager: DialogManager) -> Page:
    before = _data(manager).get("before")
    return await services_of(manager).payments.page(
        person_of(manager).id, limit=PAGE, before=before[-1] if before else None
    )


def _row(payment: Payment, texts: Texts, zone: tzinfo) -> str:
    shown = {
        "price": price(payment.amount, payment.currency),
        "time": local_time(texts, payment.created_at, zone),
        "charge": payment.telegram_payment_charge_id,
    }
    if payment.refunded_at is None:
        return fill(texts, "history-row", shown)
    refunded = {"refunded": local_time(texts, payment.refunded_at, zone)}
    return fill(texts, "history-row-refunded", shown | refunded)


def steps(_manager: DialogManager) -> Sequence[int]:
    """Give the steps of the amount, always the same."""
    return STEPS


async def step(_callback: CallbackQuery, _widget: Steps, manager: DialogManager, by: int) -> None:
    """Change the amount within Telegram's limits.

    Raises:
        Notice: The amount is at the limit.
    """
    data = _data(manager)
    amount = max(STARS_MIN, min(data["amount"] + by, STARS_MAX))
    if amount == data["amount"]:
        raise Notice("payment-at-the-end")
    data["amount"] = amount
    text = texts_of(manager)("payment-amount", price=price(amount, STARS))
    unit_of_work(manager).answer_late(text)


async def bill_stars(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """Send a bill for the chosen Stars."""
    await _open_bill(manager, _data(manager)["amount"], STARS)


async def bill_mug(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """Send a bill for a mug."""
    await _open_bill(manager, MUG, CURRENCY)


async def _open_bill(manager: DialogManager, amount: int, currency: str) -> None:
    """Open a bill on a message of its own, unless one for the same amount is due."""
    person = person_of(manager)
    manager.show_mode = ShowMode.NO_UPDATE
    opened = _data(manager).get("bill")
    if opened and (opened["amount"], opened["currency"]) == (amount, currency):
        bill = Bill(bytes.fromhex(opened["id"]), person.id, currency, amount)
        # A double tap opens one bill.
        if BillStates.due.state in await unit_of_work(manager).states_of(bill.stack_id):
            return
    bill = Bill.new(amount, currency, person.id)
    start = BillStart(
        id=bill.id.hex(),
        user_id=person.id,
        currency=currency,
        amount=amount,
        language=texts_of(manager).language,
    )
    _data(manager)["bill"] = start
    await open_beside(manager, bill.stack_id, BillStates.due, start)


async def turn_older(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """Turn to older payments."""
    page = await _page(manager)
    _data(manager).setdefault("before", []).append(page.further)


async def turn_newer(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """Turn back to newer payments."""
    _data(manager)["before"].pop()


def _data(manager: DialogManager) -> PaymentData:
    return data_of(manager, PaymentData)


to_stars = SwitchTo(T("back"), id="back", state=PaymentStates.stars)

stars_window = Window(
    T("payment-title"),
    T("payment-amount"),
    Steps(id="step", steps=steps, on_step=step),
    Button(T("payment-bill"), id="bill", on_click=bill_stars),
    Row(
        SwitchTo(T("payment-mug"), id="mug", state=PaymentStates.mug),
        SwitchTo(T("payment-history"), id="history", state=PaymentStates.history),
    ),
    Cancel(T("back")),
    state=PaymentStates.stars,
    getter=get_stars,
    preview_data={"price": "⭐ 10"},
)

mug_window = Window(
    T("mug-title"),
    T("mug-off", when=~F["is_on"]),
    Button(T("payment-bill"), id="bill_mug", on_click=bill_mug, when=F["is_on"]),
    to_stars,
    state=PaymentStates.mug,
    getter=get_mug,
    preview_data={"price": "12.00 EUR", "countries": "AT, CH, DE", "is_on": True},
)

history_window = Window(
    T("history-title"),
    Format("\n{rows}", when=F["rows"]),
    T("history-none", when=~F["rows"]),
    Row(
        Button(T("history-newer"), id="newer", on_click=turn_newer, when=F["newer"]),
        Button(T("history-older"), id="older", on_click=turn_older, when=F["older"]),
    ),
    to_stars,
    state=PaymentStates.history,
    getter=get_history,
    preview_data={
        "rows": "<b>⭐ 10</b> · Nov 20, 2026, 10:30 AM UTC\n<code>t7Jq</code>",
        "newer": True,
        "older": True,
    },
)

dialog = Dialog(stars_window, mug_window, history_window, on_start=begin)
