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
    """A payment to save; the fields are those of `db.models.Payment`."""

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
    """Prefixes of outbox entries, of payments and of refunds."""

    @property
    def entry(self) -> str:
        """The name of the outbox entry; a repetition has the same."""
        return f"{self.ENTRIES[self.refunded_at is not None]}{self.telegram_payment_charge_id}"

    @classmethod
    def of(cls, payment: Payment) -> Self:
        """Copy a saved payment."""
        return cls(**{field.name: getattr(payment, field.name) for field in fields(cls)})

    def to_json(self) -> str:
        """Write it as JSON, for the outbox."""
        times = {"created_at": self.created_at.isoformat()}
        if self.refunded_at:
            times["refunded_at"] = self.refunded_at.isoformat()
        return json.dumps(asdict(self) | {"bill_id": self.bill_id.hex()} | times)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote.

        Raises:
            ValueError: The text is something else.
        """
        known = json.loads(text)
        known["bill_id"] = bytes.fromhex(known["bill_id"])
        known["created_at"] = datetime.fromisoformat(known["created_at"])
        if known["refunded_at"]:
            known["refunded_at"] = datetime.fromisoformat(known["refunded_at"])
        return cls(**known)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a person's payments.

    Attributes:
        payments: The payments, last saved first.
        further: The id to pass as `before` for the next page, None on the last page.
    """

    payments: Sequence[Payment]
    further: int | None


class Payments:
    """Saves payments and finds them again.

    Each method raises `sqlalchemy.exc.SQLAlchemyError` while the database is away.

    Args:
        sessions: The sessions of the database, shared by all repositories.
    """

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def save(self, payment: NewPayment) -> None:
        """Save a payment or its refund; both may come repeatedly and in any order.

        Of several times the earliest payment and the first refund count. If the person has no row,
        one is made.

        Raises:
            sqlalchemy.exc.IntegrityError: A field is out of the range that
                `db.models.Payment` allows; a retry won't help.
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
        """Find a payment by Telegram's id of it, None if there is none."""
        query = select(Payment).where(Payment.telegram_payment_charge_id == charge_id)
        async with self._sessions() as session:
            return await session.scalar(query)

    async def is_paid(self, bill_id: bytes) -> bool:
        """Tell whether a bill was paid, refunded or not."""
        query = select(Payment.id).where(Payment.bill_id == bill_id).limit(1)
        async with self._sessions() as session:
            return await session.scalar(query) is not None

    async def of(self, user_id: int) -> Sequence[Payment]:
        """Give all of a person's payments, last saved first."""
        query = select(Payment).where(Payment.user_id == user_id).order_by(Payment.id.desc())
        async with self._sessions() as session:
            return (await session.scalars(query)).all()

    async def page(self, user_id: int, *, limit: int, before: int | None = None) -> Page:
        """Give one page of a person's payments.

        Args:
            user_id: The person.
            limit: The maximum number of payments, 1 or more.
            before: `further` of the page before, None for the first page.
        """
        query = (
            select(Payment)
            .where(Payment.user_id == user_id)
            .order_by(Payment.id.desc())
            .limit(limit + 1)  # one more than the page, to see whether there is a next one
        )
        if before is not None:
            query = query.where(Payment.id < before)
        async with self._sessions() as session:
            found = (await session.scalars(query)).all()
        shown = found[:limit]
        return Page(shown, shown[-1].id if len(found) > limit else None)
