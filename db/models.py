"""The tables. Their types keep rows small: a total adds about 140 bytes to the file of SQLite.

To read times in SQL, use `datetime(created_at, 'unixepoch')` in SQLite and
`to_timestamp(created_at)` in PostgreSQL.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Text,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from db.columns import BIGINT, EpochSeconds, Numbers, short, words

VALUE_MAX = 999_999_999
"""The largest value of a total; the smallest is its negative."""
LABEL_MAX = 64
"""The maximum length of a label in code points."""


class Kind(StrEnum):
    """The kinds of counters."""

    NUMBERS = "numbers"
    NUMBERS_FAB = "numbers_fab"
    CUSTOM = "custom"
    INLINE = "inline"


class Action(StrEnum):
    """The kinds of changes that people make to saved totals."""

    DELETE = "delete"
    RENAME = "rename"
    ERASE = "erase"
    UNDO = "undo"


class Base(DeclarativeBase):
    """The base of all models: the names of constraints, and a column type for each Python type."""

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        int: BIGINT,
        str: Text(),
        datetime: EpochSeconds(),
        Kind: words(Kind, "kind"),
        Action: words(Action, "action"),
    }


class User(Base):
    """A person who has used the bot. What they have not chosen is None.

    Attributes:
        id: The person's id in Telegram.
        first_name: The first name; empty if only a total or a payment of the person is known.
        username: The username without the @, None if there is none.
        language: The language of the person's client as an IETF tag, None if it is unknown.
        created_at: The time when the bot first saw the person.
        chosen_language: The language that the person chose instead of the client's.
        time_zone: The name of the person's time zone, such as `Europe/Paris`.
        steps: The steps of the person's custom counters.
        names_totals: Whether the bot asks for a name after Confirm if a total has none.
    """

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    first_name: Mapped[str]
    username: Mapped[str | None]
    language: Mapped[str | None]
    created_at: Mapped[datetime]
    chosen_language: Mapped[str | None]
    time_zone: Mapped[str | None]
    steps: Mapped[tuple[int, ...] | None] = mapped_column(Numbers)
    names_totals: Mapped[bool | None]


class Total(Base):
    """A confirmed count.

    Attributes:
        id: A number, in the order of saving.
        confirmation_id: 16 random bytes, drawn when the counter was opened.
        user_id: The opener of the counter, or the person who posted it through inline mode.
        chat_id: The chat of the counter, None for inline mode.
        kind: The kind of the counter.
        label: The name of the counter, 1 to 64 characters, None if it had none.
        value: The value of the counter.
        created_at: The time of Confirm.
    """

    __tablename__ = "totals"
    __table_args__ = (
        CheckConstraint("length(confirmation_id) = 16", name="confirmation_id"),
        CheckConstraint(f"length(label) BETWEEN 1 AND {LABEL_MAX}", name="label"),
        CheckConstraint(f"value BETWEEN -{VALUE_MAX} AND {VALUE_MAX}", name="value"),
        # Pages need the first two columns. With the other ones, sums over all totals of a person or
        # group read the index only, and not each row.
        Index(None, "user_id", "created_at", "value", "label", "kind", "chat_id"),
        Index(None, "chat_id", "created_at", "user_id", "value"),
        Index(None, "created_at"),
        # The id of a deleted total is never used again, so that undo can restore it.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    confirmation_id: Mapped[bytes] = mapped_column(LargeBinary(16), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    chat_id: Mapped[int | None]
    kind: Mapped[Kind]
    label: Mapped[str | None] = mapped_column(short(LABEL_MAX))
    value: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime]


class Payment(Base):
    """A payment, perhaps refunded.

    Attributes:
        id: A number, in the order of saving.
        telegram_payment_charge_id: Telegram's id of the payment, which a refund needs.
        provider_payment_charge_id: The payment provider's id of it.
        bill_id: The 16 random bytes of the bill. If a bill was paid twice nevertheless, there are
            two payments, and each can be refunded.
        user_id: The person who paid.
        chat_id: The chat of the bill.
        currency: `XTR` for Telegram Stars, else an ISO 4217 code.
        amount: The amount in Stars, or in the smallest unit of the currency.
        created_at: The time of the payment.
        refunded_at: The time of the refund, None if there was none.
    """

    __tablename__ = "payments"
    __table_args__ = (
        CheckConstraint("length(bill_id) = 16", name="bill_id"),
        CheckConstraint("length(currency) = 3", name="currency"),
        CheckConstraint("amount > 0", name="amount"),
        Index(None, "bill_id"),
        Index(None, "user_id"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    telegram_payment_charge_id: Mapped[str] = mapped_column(unique=True)
    provider_payment_charge_id: Mapped[str]
    bill_id: Mapped[bytes] = mapped_column(LargeBinary(16))
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    chat_id: Mapped[int]
    currency: Mapped[str] = mapped_column(short(3))
    amount: Mapped[int]
    created_at: Mapped[datetime]
    refunded_at: Mapped[datetime | None]


class Change(Base):
    """A change that a person made to their saved totals, noted so that it is made only once.

    Attributes:
        id: 16 random bytes, drawn by the window that offered the change.
        action: The kind of the change; `UNDO` if the undo came first.
        user_id: The person; None once undo is too late.
        person: The person's row before the change, if the change deleted it.
        made_at: The time when the person asked for it.
        undone_at: The time of the undo, None if there was none.
    """

    __tablename__ = "changes"
    __table_args__ = (
        CheckConstraint("length(id) = 16", name="id"),
        Index(
            None,
            "user_id",
            sqlite_where=text("user_id IS NOT NULL"),
            postgresql_where=text("user_id IS NOT NULL"),
        ),
        {"sqlite_with_rowid": False},
    )

    id: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    action: Mapped[Action]
    user_id: Mapped[int | None]
    person: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    made_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]


class FormerTotal(Base):
    """A total as it was before a change, kept until undo is too late.

    Attributes:
        change_id: The change. The other fields are those of `Total`.
    """

    __tablename__ = "former_totals"
    __table_args__ = ({"sqlite_with_rowid": False},)

    change_id: Mapped[bytes] = mapped_column(ForeignKey(Change.id), primary_key=True)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    confirmation_id: Mapped[bytes]
    user_id: Mapped[int]
    chat_id: Mapped[int | None]
    kind: Mapped[str] = mapped_column(String(16))
    label: Mapped[str | None] = mapped_column(short(LABEL_MAX))
    value: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime]


class Tombstone(Base):
    """The confirmation id of a deleted total, so that a repeated Confirm does not save it again.

    Attributes:
        confirmation_id: That of the total: random bytes, which tell nothing about a person.
    """

    __tablename__ = "tombstones"
    __table_args__ = ({"sqlite_with_rowid": False},)

    confirmation_id: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
