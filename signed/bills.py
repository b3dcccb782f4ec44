"""Bills: what is sold, what it comes to, and a payload that nobody can make up.

An invoice's payload comes back with every question about it and with the payment
(Bot API, sendInvoice, `payload`). It says all that has to be checked, and is signed:
so a bill can be paid however long ago it was sent, and needs to be kept nowhere.
"""

import hmac
import secrets
from dataclasses import dataclass
from hashlib import sha256
from typing import Self

from aiogram.types import PreCheckoutQuery, SuccessfulPayment

STARS = "XTR"
"""What Telegram calls its Stars among the currencies."""
STARS_MIN = 1
STARS_MAX = 10_000
"""Stars that one invoice may ask for (Telegram's currencies.json)."""

CURRENCY = "EUR"
"""What a mug is sold for; all amounts are in its smallest units, cents."""
MUG = 1200
TIP_MAX = 1000
TIPS = (100, 200, 500)
"""The tips that are suggested, smallest first."""
SHIPPING = {
    "AT": {"post": 690},
    "CH": {"post": 1490},
    "DE": {"post": 490, "courier": 990},
}
"""What shipping costs, by country and way; elsewhere a mug does not go."""

SIGNATURE = 32
"""Characters of a signature, of which nobody guesses 128 bits."""

Order = PreCheckoutQuery | SuccessfulPayment
"""What Telegram tells of who pays, before and after it."""


@dataclass(frozen=True, slots=True)
class Bill:
    """What somebody is asked to pay.

    Attributes:
        id: 16 random bytes.
        user_id: Who may pay it.
        currency: `XTR` or an ISO 4217 code.
        amount: Without shipping and tip, in Stars or the smallest units of the currency.
    """

    id: bytes
    user_id: int
    currency: str
    amount: int

    @classmethod
    def new(cls, amount: int, currency: str, user_id: int) -> Self:
        """Make a new bill."""
        return cls(secrets.token_bytes(16), user_id, currency, amount)

    @property
    def stack_id(self) -> str:
        """The stack of the bill's dialog, which has a message of its own."""
        return f"b{self.id.hex()}"

    def covers(self, paid: SuccessfulPayment) -> bool:
        """Tell whether a payment, of which not all can be read, may be of what the bill asks for.

        Telegram takes money only after `comes_to` was true of the same order.
        """
        return paid.currency == self.currency and paid.total_amount >= self.amount

    def comes_to(self, order: Order) -> bool:
        """Tell whether an order is of what the bill asks for, and no other sum."""
        if order.currency != self.currency:
            return False
        beyond = order.total_amount - self.amount
        if self.currency == STARS:
            return beyond == 0
        address = order.order_info and order.order_info.shipping_address
        ways = SHIPPING.get(address.country_code, {}) if address else {}
        shipping = ways.get(order.shipping_option_id or "")
        return shipping is not None and 0 <= beyond - shipping <= TIP_MAX


class Bills:
    """Writes bills into payloads, and reads them again.

    Args:
        token: The bot's token, which the signatures' key is derived from.
    """

    def __init__(self, token: str) -> None:
        self._key = hmac.digest(token.encode(), b"tally bills", sha256)

    def sign(self, bill: Bill) -> str:
        """Write a bill down, in fewer than the 128 bytes that a payload may have."""
        said = f"{bill.id.hex()}:{bill.user_id}:{bill.currency}:{bill.amount}"
        return f"{said}:{self._signature(said)}"

    def read(self, payload: str) -> Bill | None:
        """Read what `sign` has written, None for anything else."""
        said, _, signature = payload.rpartition(":")
        if not hmac.compare_digest(signature.encode(), self._signature(said).encode()):
            return None
        name, user_id, currency, amount = said.split(":")
        return Bill(bytes.fromhex(name), int(user_id), currency, int(amount))

    def payer_of(self, payload: str) -> int | None:
        """Give the id of the person who may pay a bill, None if it is none."""
        bill = self.read(payload)
        return bill.user_id if bill else None

    def _signature(self, said: str) -> str:
        return hmac.new(self._key, said.encode(), sha256).hexdigest()[:SIGNATURE]


def price(amount: int, currency: str) -> str:
    """Write a sum for people: `⭐ 10`, `12.00 EUR`."""
    return f"⭐ {amount}" if currency == STARS else f"{amount / 100:.2f} {currency}"
