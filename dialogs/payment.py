"""What can be paid for: Telegram Stars, or a mug by card; and what was paid."""

from collections.abc import Sequence
from datetime import tzinfo
from typing import Any, cast

from aiogram.types import CallbackQuery, User
from aiogram_dialog import Data, Dialog, DialogManager, ShowMode
from aiogram_dialog.widgets.kbd import Button, Cancel, Row, SwitchTo
from aiogram_dialog.widgets.text import Format
from magic_filter import F

from db.models import Payment
from db.payments import Payments
from durable_dialogs import UnitOfWork, open_beside
from locales import Texts
from signed.bills import CURRENCY, MUG, SHIPPING, STARS, STARS_MAX, STARS_MIN, Bill, price
from states import Bill as BillStates
from states import Payment as PaymentStates
from widgets.notice import Notice
from widgets.steps import Steps
from widgets.text import T, fill
from widgets.window import Window
from widgets.zone import local_time

STEPS = (-100, -10, -1, 1, 10, 100)
"""The steps of the amount."""

FIRST = 10
"""Stars that are offered at first."""

PAGE = 5
"""Payments shown at a time."""

BEFORE = "before"
"""Where the dialog's data has what the pages shown begin behind, one behind the other."""


async def begin(_: Data, manager: DialogManager) -> None:
    """Offer some Stars."""
    manager.dialog_data["amount"] = FIRST


async def get_stars(dialog_manager: DialogManager, **_: object) -> dict[str, Any]:
    """Give the sum that was chosen."""
    return {"price": price(_amount(dialog_manager), STARS)}


async def get_mug(provider_token: str | None, **_: object) -> dict[str, Any]:
    """Give what a mug costs, where it goes, and whether cards are taken."""
    return {
        "price": price(MUG, CURRENCY),
        "countries": ", ".join(SHIPPING),
        "is_on": provider_token is not None,
    }


async def get_history(
    dialog_manager: DialogManager, payments: Payments, texts: Texts, zone: tzinfo, **_: object
) -> dict[str, Any]:
    """Give the page that the dialog stands at."""
    person: User = dialog_manager.middleware_data["event_from_user"]
    before = dialog_manager.dialog_data.get(BEFORE, [])
    page = await payments.page(person.id, limit=PAGE, before=before[-1] if before else None)
    return {
        "rows": "\n\n".join(_row(payment, texts, zone) for payment in page.payments),
        "newer": bool(before),
        "older": page.further,
    }


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
    """Give the steps of the amount."""
    return STEPS


async def step(_callback: CallbackQuery, _widget: Steps, manager: DialogManager, by: int) -> None:
    """Change the amount, as far as Telegram lets it."""
    amount = max(STARS_MIN, min(_amount(manager) + by, STARS_MAX))
    if amount == _amount(manager):
        raise Notice("payment-at-the-end")
    manager.dialog_data["amount"] = amount
    transaction: UnitOfWork = manager.middleware_data["transaction"]
    texts: Texts = manager.middleware_data["texts"]
    transaction.answer_late(texts("payment-amount", price=price(amount, STARS)))


async def bill_stars(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """Send a bill over the Stars that were chosen."""
    await _open_bill(manager, _amount(manager), STARS)


async def bill_mug(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """Send a bill over a mug."""
    await _open_bill(manager, MUG, CURRENCY)


async def _open_bill(manager: DialogManager, amount: int, currency: str) -> None:
    """Open a bill on a message of its own; one over the same sum that is due does for it."""
    person: User = manager.middleware_data["event_from_user"]
    texts: Texts = manager.middleware_data["texts"]
    transaction: UnitOfWork = manager.middleware_data["transaction"]
    manager.show_mode = ShowMode.NO_UPDATE
    opened: dict[str, Any] = manager.dialog_data.get("bill") or {}
    if (opened.get("amount"), opened.get("currency")) == (amount, currency):
        bill = Bill(bytes.fromhex(opened["id"]), person.id, currency, amount)
        # The second tap of a double one.
        if BillStates.due.state in await transaction.states_of(bill.stack_id):
            return
    bill = Bill.new(amount, currency, person.id)
    data: dict[str, Data] = {
        "id": bill.id.hex(),
        "user_id": person.id,
        "currency": currency,
        "amount": amount,
        "language": texts.language,
    }
    manager.dialog_data["bill"] = data
    await open_beside(manager, bill.stack_id, BillStates.due, data)


async def turn_older(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """Turn to older payments."""
    page = await get_history(**manager.middleware_data)
    manager.dialog_data.setdefault(BEFORE, []).append(page["older"])


async def turn_newer(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """Turn back to newer payments."""
    manager.dialog_data[BEFORE].pop()


def _amount(manager: DialogManager) -> int:
    return cast("int", manager.dialog_data["amount"])


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
