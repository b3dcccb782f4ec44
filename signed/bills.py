"""Bills: what is sold, the sums to pay, and the signed payload of an invoice.

The payload of an invoice comes back with each question about it and with the payment
(Bot API, sendInvoice, `payload`). It contains everything that must be checked and is signed, so
a bill does not have to be saved and can be paid at any time.
"""

import hmac
import secrets
from dataclasses import dataclass
from hashlib import sha256
from typing import Self

from aiogram.types import PreCheckoutQuery, SuccessfulPayment

STARS = "XTR"
"""Telegram's currency code for Stars."""
STARS_MIN = 1
"""Smallest price of an invoice, in Stars (Telegram's currencies.json)."""
STARS_MAX = 10_000
"""Largest price of an invoice, in Stars (Telegram's currencies.json)."""

CURRENCY = "EUR"
"""Currency of the mug."""
MUG = 1200
"""Price of the mug in cents."""
TIP_MAX = 1000
"""Largest tip in cents."""
TIPS = (100, 200, 500)
"""Suggested tips in cents, smallest first."""
SHIPPING = {
    "AT": {"post": 690},
    "CH": {"post": 1490},
    "DE": {"post": 490, "courier": 990},
}
"""Cost of shipping in cents, by country and way. A mug is not shipped to other countries."""

SIGNATURE = 32
"""Length of a signature in hexadecimal digits: 128 bits."""

Order = PreCheckoutQuery | SuccessfulPayment
"""An order, as Telegram sends it before and after the payment."""


@dataclass(frozen=True, slots=True)
class Bill:
    """A sum that one person is asked to pay.

    Attributes:
        id: 16 random bytes.
        user_id: The id of the person who may pay it.
        currency: `XTR` or an ISO 4217 code.
        amount: The price without shipping and tip, in Stars or the smallest unit of the
            currency.
    """

    id: bytes
    user_id: int
    currency: str
    amount: int

    @classmethod
    def new(cls, amount: int, currency: str, user_id: int) -> Self:
        """Make a bill with a new id."""
        return cls(secrets.token_bytes(16), user_id, currency, amount)

    @property
    def stack_id(self) -> str:
        """The id of the stack with the bill's dialog, which has a message of its own."""
        return f"b{self.id.hex()}"

    def covers(self, paid: SuccessfulPayment) -> bool:
        """Tell whether a payment can be for this bill, if parts of the payment can't be read.

        Telegram takes the money only after `comes_to` was true for the same order.
        """
        return paid.currency == self.currency and paid.total_amount >= self.amount

    def comes_to(self, order: Order) -> bool:
        """Tell whether an order has the right currency and sum, with valid shipping and tip."""
        if order.currency != self.currency:
            return False
        extra = order.total_amount - self.amount
        if self.currency == STARS:
            return extra == 0
        address = order.order_info and order.order_info.shipping_address
        ways = SHIPPING.get(address.country_code, {}) if address else {}
        shipping = ways.get(order.shipping_option_id or "")
        return shipping is not None and 0 <= extra - shipping <= TIP_MAX


class Bills:
    """Writes bills as payloads and reads payloads.

    Args:
        token: The bot's token; the key of the signatures is derived from it.
    """

    def __init__(self, token: str) -> None:
        self._key = hmac.digest(token.encode(), b"tally bills", sha256)

    def sign(self, bill: Bill) -> str:
        """Write a bill as a payload, in less than the 128 bytes that Telegram allows."""
        content = f"{bill.id.hex()}:{bill.user_id}:{bill.currency}:{bill.amount}"
        return f"{content}:{self._signature(content)}"

    def read(self, payload: str) -> Bill | None:
        """Read a payload that `sign` has written; None if it is something else."""
        content, _, signature = payload.rpartition(":")
        if not hmac.compare_digest(signature.encode(), self._signature(content).encode()):
            return None
        bill_id, user_id, currency, amount = content.split(":")
        return Bill(bytes.fromhex(bill_id), int(user_id), currency, int(amount))

    def payer_of(self, payload: str) -> int | None:
        """Give the id of the person who may pay the bill of a payload; None if it is no bill."""
        bill = self.read(payload)
        return bill.user_id if bill else None

    def _signature(self, content: str) -> str:
        return hmac.new(self._key, content.encode(), sha256).hexdigest()[:SIGNATURE]


def price(amount: int, currency: str) -> str:
    """Format a sum for people: `⭐ 10`, `12.00 EUR`."""
    return f"⭐ {amount}" if currency == STARS else f"{amount / 100:.2f} {currency}"
