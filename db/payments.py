"""The repository of payments."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import ClassVar, Self

from sqlalchemy import case, func, select

from db.models import Payment, User
from db.sessions import Sessions
from db.upsert import insert


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPayment:
    """What is known of a payment; the fields are those of `db.models.Payment`."""

    telegram_payment_charge_id: str
    provider_payment_charge_id: str
    bill_id: bytes
    user_id: int
    chat_id: int
    currency: str
    amount: int
    created_at: datetime
    refunded_at: datetime | None = None

    ENTRIES: ClassVar = ("payment:", "refund:")
    """How entries begin."""

    @property
    def entry(self) -> str:
        """What a repetition is recognised by, before it is in the database."""
        return f"{self.ENTRIES[self.refunded_at is not None]}{self.telegram_payment_charge_id}"

    @classmethod
    def of(cls, payment: Payment) -> Self:
        """Give what is known of a payment that was saved."""
        return cls(**{field.name: getattr(payment, field.name) for field in fields(cls)})

    def to_json(self) -> str:
        """Write it down for a place that is not the database."""
        times = {"created_at": self.created_at.isoformat()}
        if self.refunded_at:
            times["refunded_at"] = self.refunded_at.isoformat()
        return json.dumps(asdict(self) | {"bill_id": self.bill_id.hex()} | times)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` has written.

        Raises:
            ValueError: It has not.
        """
        known = json.loads(text)
        known["bill_id"] = bytes.fromhex(known["bill_id"])
        known["created_at"] = datetime.fromisoformat(known["created_at"])
        if known["refunded_at"]:
            known["refunded_at"] = datetime.fromisoformat(known["refunded_at"])
        return cls(**known)


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a person's payments.

    Attributes:
        payments: Those saved last first.
        further: The id to ask for what stands behind them, None on the last page.
    """

    payments: Sequence[Payment]
    further: int | None


class Payments:
    """Saves payments and finds them again.

    Every method raises `sqlalchemy.exc.SQLAlchemyError` while the database is away.

    Args:
        sessions: The database's, shared by its repositories.
    """

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def save(self, payment: NewPayment) -> None:
        """Save what is known of a payment, however often and in whatever order it is heard.

        It was made when it was heard of first, and given back likewise. The person's
        row is made where it is missing.

        Raises:
            sqlalchemy.exc.IntegrityError: A field is out of the range that
                `db.models.Payment` allows; asking again won't help.
        """
        async with self._sessions.writing() as session:
            await session.execute(
                insert(session, User)
                .values(id=payment.user_id, first_name="", created_at=payment.created_at)
                .on_conflict_do_nothing(index_elements=[User.id])
            )
            row = insert(session, Payment).values(asdict(payment))
            new, known = row.excluded, Payment
            await session.execute(
                row.on_conflict_do_update(
                    index_elements=[Payment.telegram_payment_charge_id],
                    set_={
                        "created_at": case(
                            (new.created_at < known.created_at, new.created_at),
                            else_=known.created_at,
                        ),
                        "refunded_at": func.coalesce(known.refunded_at, new.refunded_at),
                    },
                )
            )

    async def find(self, charge_id: str) -> Payment | None:
        """Find a payment by what Telegram calls it."""
        query = select(Payment).where(Payment.telegram_payment_charge_id == charge_id)
        async with self._sessions() as session:
            return await session.scalar(query)

    async def is_paid(self, bill_id: bytes) -> bool:
        """Tell whether a bill was paid, be it given back or not."""
        query = select(Payment.id).where(Payment.bill_id == bill_id).limit(1)
        async with self._sessions() as session:
            return await session.scalar(query) is not None

    async def of(self, user_id: int) -> Sequence[Payment]:
        """Give all of a person's payments, those saved last first."""
        query = select(Payment).where(Payment.user_id == user_id).order_by(Payment.id.desc())
        async with self._sessions() as session:
            return (await session.scalars(query)).all()

    async def page(self, user_id: int, *, limit: int, before: int | None = None) -> Page:
        """Show a part of a person's payments.

        Args:
            user_id: Whose payments.
            limit: How many at most, 1 or more.
            before: `further` of the page before, None for the newest.
        """
        query = (
            select(Payment)
            .where(Payment.user_id == user_id)
            .order_by(Payment.id.desc())
            .limit(limit + 1)  # one more than shown tells whether the list goes on
        )
        if before is not None:
            query = query.where(Payment.id < before)
        async with self._sessions() as session:
            found = (await session.scalars(query)).all()
        shown = found[:limit]
        return Page(shown, shown[-1].id if len(found) > limit else None)
