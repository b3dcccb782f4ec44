"""Payments.

Revision 0002, after 0001, 2026-11-21.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Frozen copies, because a migration must not change with the models.
BIGINT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CURRENCY = sa.String(3).with_variant(sa.Text(), "postgresql")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "payments",
        sa.Column("id", BIGINT, sa.Identity(), nullable=False),
        sa.Column("telegram_payment_charge_id", sa.Text(), nullable=False),
        sa.Column("provider_payment_charge_id", sa.Text(), nullable=False),
        sa.Column("bill_id", sa.LargeBinary(16), nullable=False),
        sa.Column("user_id", BIGINT, nullable=False),
        sa.Column("chat_id", BIGINT, nullable=False),
        sa.Column("currency", CURRENCY, nullable=False),
        sa.Column("amount", BIGINT, nullable=False),
        sa.Column("created_at", BIGINT, nullable=False),
        sa.Column("refunded_at", BIGINT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments")),
        sa.UniqueConstraint(
            "telegram_payment_charge_id", name=op.f("uq_payments_telegram_payment_charge_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_payments_user_id")),
        sa.CheckConstraint("length(bill_id) = 16", name=op.f("ck_payments_bill_id")),
        sa.CheckConstraint("length(currency) = 3", name=op.f("ck_payments_currency")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_payments_amount")),
    )
    op.create_index(op.f("ix_payments_bill_id"), "payments", ["bill_id"])
    op.create_index(op.f("ix_payments_user_id"), "payments", ["user_id"])


def downgrade() -> None:
    """Drop the table with all payments."""
    op.drop_table("payments")
