"""Totals and users.

Revision 0001, the first, 2026-11-21.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Frozen copies, because a migration must not change with the models.
BIGINT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KINDS = "'numbers', 'numbers_fab', 'custom', 'inline'"


def upgrade() -> None:
    """Create both tables."""
    op.create_table(
        "users",
        sa.Column("id", BIGINT, autoincrement=False, nullable=False),
        sa.Column("first_name", sa.Text(), nullable=False),
        sa.Column("username", sa.Text()),
        sa.Column("language", sa.Text()),
        sa.Column("created_at", BIGINT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
    )
    op.create_table(
        "totals",
        sa.Column("id", BIGINT, sa.Identity(), nullable=False),
        sa.Column("confirmation_id", sa.LargeBinary(16), nullable=False),
        sa.Column("user_id", BIGINT, nullable=False),
        sa.Column("chat_id", BIGINT),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("label", sa.String(64)),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("created_at", BIGINT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_totals")),
        sa.UniqueConstraint("confirmation_id", name=op.f("uq_totals_confirmation_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_totals_user_id")),
        sa.CheckConstraint("length(confirmation_id) = 16", name=op.f("ck_totals_confirmation_id")),
        sa.CheckConstraint(f"kind IN ({KINDS})", name=op.f("ck_totals_kind")),
        sa.CheckConstraint("length(label) BETWEEN 1 AND 64", name=op.f("ck_totals_label")),
        sa.CheckConstraint("value BETWEEN -999999999 AND 999999999", name=op.f("ck_totals_value")),
    )
    op.create_index(op.f("ix_totals_user_id_created_at"), "totals", ["user_id", "created_at"])
    op.create_index(op.f("ix_totals_chat_id_created_at"), "totals", ["chat_id", "created_at"])


def downgrade() -> None:
    """Drop both tables with all totals."""
    op.drop_table("totals")
    op.drop_table("users")
