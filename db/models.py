"""The tables. Their types keep a row small: a file of SQLite grows by about 140 bytes a total.

In SQLite people read the times with `datetime(created_at, 'unixepoch')`, in
PostgreSQL with `to_timestamp(created_at)`.
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
"""Characters of a label, as code points."""


class Kind(StrEnum):
    """What a total was counted with."""

    NUMBERS = "numbers"
    NUMBERS_FAB = "numbers_fab"
    CUSTOM = "custom"
    INLINE = "inline"


class Action(StrEnum):
    """What people do to saved totals."""

    DELETE = "delete"
    RENAME = "rename"
    ERASE = "erase"
    UNDO = "undo"


class Base(DeclarativeBase):
    """What all models share: the names of constraints, and a type for each Python type."""

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
    """A person who has used the bot.

    Attributes:
        id: The person's id in Telegram.
        first_name: Empty as long as only a total is known of the person.
        username: Without the @, None where the person has none.
        language: The IETF tag that the person's client speaks, None where it tells none.
        created_at: When the person was first seen.
        chosen_language: The language that the person wants whatever the client speaks.
        time_zone: The name of the person's time zone, as `Europe/Paris`.
        steps: The steps of counters of the person's own.
        names_totals: Whether totals without a label are asked for one.

    What a person has not chosen is None.
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
        id: Its number here, in the order of saving.
        confirmation_id: 16 random bytes, drawn when the counter was opened.
        user_id: Who opened or posted the counter.
        chat_id: Where it stood, None for one posted through inline mode.
        kind: What it was counted with.
        label: What was counted, 1 to 64 characters, None where nobody said.
        value: The count.
        created_at: When it was confirmed.
    """

    __tablename__ = "totals"
    __table_args__ = (
        CheckConstraint("length(confirmation_id) = 16", name="confirmation_id"),
        CheckConstraint(f"length(label) BETWEEN 1 AND {LABEL_MAX}", name="label"),
        CheckConstraint(f"value BETWEEN -{VALUE_MAX} AND {VALUE_MAX}", name="value"),
        # Pages are found by the first two columns. The others save sums, which have to
        # see all of a person's or group's totals, from looking up each of them.
        Index(None, "user_id", "created_at", "value", "label", "kind", "chat_id"),
        Index(None, "chat_id", "created_at", "user_id", "value"),
        Index(None, "created_at"),
        # An id that was deleted is not given to another, so undo can bring it back.
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
    """Money that came in, and perhaps went back.

    Attributes:
        id: Its number here, in the order of saving.
        telegram_payment_charge_id: What Telegram calls it, and a refund has to name.
        provider_payment_charge_id: What the payment provider calls it.
        bill_id: The 16 random bytes of the bill. A bill that was paid twice nevertheless
            is two payments, each of which can be given back.
        user_id: Who has paid.
        chat_id: Where.
        currency: `XTR` for Telegram Stars, else an ISO 4217 code.
        amount: In Stars, or in the smallest units of the currency.
        created_at: When it was paid.
        refunded_at: When it was given back, None as long as it wasn't.
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
    """What a person has done to saved totals, noted so that it is done once.

    Attributes:
        id: 16 random bytes, drawn when it was asked for.
        action: What it is; `UNDO` where that came first, or alone.
        user_id: Who did it to totals of one's own; None when the time for undo is over.
        person: The person's own row as it was, where that was deleted, too.
        made_at: When it was asked for.
        undone_at: When it was taken back, None where it wasn't.
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
    """A total as it was before a change, kept as long as that can be undone.

    Attributes:
        change_id: The change; the other fields are those of `Total`.
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
    """The confirmation of a total that was deleted, so that a repetition doesn't bring it back.

    Attributes:
        confirmation_id: That of the total; random bytes, which tell nothing of a person.
    """

    __tablename__ = "tombstones"
    __table_args__ = ({"sqlite_with_rowid": False},)

    confirmation_id: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
