"""A bill on a message of its own, and the receipt after the payment.

handlers/payments.py handles the payment and opens the receipt.
"""

from datetime import UTC, datetime, tzinfo
from typing import Any, TypedDict

from aiogram.types import LabeledPrice
from aiogram_dialog import Dialog, DialogManager
from aiogram_dialog.widgets.kbd import Cancel
from magic_filter import F

from locales import Catalog, Texts
from signed.bills import STARS, TIP_MAX, TIPS, Bill, price
from states import Bill as BillStates
from widgets.dialog_data import data_of, start_of
from widgets.pay import Invoice, Pay
from widgets.services import services_of
from widgets.text import T
from widgets.window import Window
from widgets.zone import local_time

FORWARDED = "payment"
"""Start parameter of the link that replaces the pay button when somebody forwards a bill.

Each bill is for one person, so the link opens the payment window, where others get their own
(Bot API, sendInvoice).
"""


class BillStart(TypedDict):
    """What a bill was opened with.

    Attributes:
        id: The bill's id, in hexadecimal digits.
        user_id: The person who may pay it.
        currency: `XTR` for Telegram Stars, else as Telegram names it.
        amount: In the currency's smallest unit.
        language: The language of the bill.
    """

    id: str
    user_id: int
    currency: str
    amount: int
    language: str


class ReceiptStart(TypedDict):
    """What a receipt was opened with.

    Attributes:
        charge: Telegram's id of the payment.
        currency: As in `BillStart`.
        amount: As in `BillStart`.
        paid_at: When the person paid, a Unix time.
        language: The language of the receipt.
    """

    charge: str
    currency: str
    amount: int
    paid_at: int
    language: str


class ReceiptData(TypedDict, total=False):
    """What a receipt keeps.

    Attributes:
        refunded_at: When an admin gave the money back, a Unix time.
    """

    refunded_at: int | None


async def get_bill(dialog_manager: DialogManager, catalog: Catalog, **_: object) -> dict[str, Any]:
    """Give the bill's price and terms, in the language that it was opened in."""
    services, start = services_of(dialog_manager), start_of(dialog_manager, BillStart)
    texts = catalog.speak(start["language"])
    bill = Bill(bytes.fromhex(start["id"]), start["user_id"], start["currency"], start["amount"])
    terms = {"payload": services.bills.sign(bill), "start_parameter": FORWARDED}
    return {
        "texts": texts,
        "price": price(bill.amount, bill.currency),
        "is_gift": bill.currency == STARS,
        "terms": terms | _terms(bill, services.provider_token, texts),
    }


def _terms(bill: Bill, provider_token: str | None, texts: Texts) -> dict[str, Any]:
    if bill.currency == STARS:
        prices = [LabeledPrice(label=texts("bill-stars-title"), amount=bill.amount)]
        return {"currency": STARS, "provider_token": "", "prices": prices}
    return {
        "currency": bill.currency,
        "provider_token": provider_token,
        "prices": [LabeledPrice(label=texts("bill-mug-title"), amount=bill.amount)],
        "need_shipping_address": True,
        "is_flexible": True,
        "max_tip_amount": TIP_MAX,
        "suggested_tip_amounts": list(TIPS),
    }


async def get_receipt(
    dialog_manager: DialogManager, catalog: Catalog, zone: tzinfo, **_: object
) -> dict[str, Any]:
    """Give what the person paid and when, and when an admin gave it back."""
    start = start_of(dialog_manager, ReceiptStart)
    refunded_at = data_of(dialog_manager, ReceiptData).get("refunded_at")
    texts = catalog.speak(start["language"])
    return {
        "texts": texts,
        "price": price(start["amount"], start["currency"]),
        "time": _time(texts, start["paid_at"], zone),
        "refunded": refunded_at and _time(texts, refunded_at, zone),
        "charge": start["charge"],
    }


def _time(texts: Texts, seconds: int, zone: tzinfo) -> str:
    return local_time(texts, datetime.fromtimestamp(seconds, UTC), zone)


due_window = Window(
    T("bill-refused"),
    Invoice(T("bill-stars-title"), T("bill-stars-about"), "terms", when=F["is_gift"])
    | Invoice(T("bill-mug-title"), T("bill-mug-about"), "terms"),
    Pay(T("bill-pay")),
    Cancel(T("bill-cancel")),
    state=BillStates.due,
    getter=get_bill,
    preview_data={
        "price": "⭐ 10",
        "is_gift": True,
        "terms": {
            "payload": "preview",
            "currency": STARS,
            "prices": [LabeledPrice(label="⭐ 10", amount=10)],
        },
    },
)

paid_window = Window(
    T("receipt-title", when=~F["refunded"]),
    T("receipt-refunded", when=F["refunded"]),
    T("receipt-paid-at"),
    T("receipt-refunded-at", when=F["refunded"]),
    T("receipt-id"),
    state=BillStates.paid,
    getter=get_receipt,
    preview_data={
        "price": "⭐ 10",
        "time": "Nov 20, 2026, 10:30 AM UTC",
        "refunded": "Nov 21, 2026, 9:00 AM UTC",
        "charge": "t7Jq",
    },
)

dialog = Dialog(due_window, paid_window)
