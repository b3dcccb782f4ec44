"""Totals can be deleted, renamed and restored.

Revision 0003, after 0002, 2026-11-21.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# Frozen copies, because a migration must not change with the models.
BIGINT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KINDS = "'numbers', 'numbers_fab', 'custom', 'inline'"
ACTIONS = "'delete', 'rename', 'erase', 'undo'"
INDEXES_BEFORE = [["user_id", "created_at"], ["chat_id", "created_at"]]
INDEXES = [
    ["user_id", "created_at", "value", "label", "kind", "chat_id"],
    ["chat_id", "created_at", "user_id", "value"],
    ["created_at"],
]


def upgrade() -> None:
    """Create the tables of changes, never reuse ids of totals, and index the columns of sums."""
    for columns in INDEXES_BEFORE:
        op.drop_index(_name(columns))
    if op.get_bind().dialect.name == "sqlite":
        _make_totals_anew(sqlite_autoincrement=True)
    else:
        # The constraint alone limits the length, so that the error is the same everywhere.
        op.alter_column("totals", "label", type_=sa.Text())
    for columns in INDEXES:
        op.create_index(_name(columns), "totals", columns)
    op.create_table(
        "changes",
        sa.Column("id", sa.LargeBinary(16), nullable=False),
        sa.Column("action", sa.String(16), nullable=False),
        sa.Column("user_id", BIGINT),
        sa.Column("person", sa.JSON()),
        sa.Column("made_at", BIGINT, nullable=False),
        sa.Column("undone_at", BIGINT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_changes")),
        sa.CheckConstraint("length(id) = 16", name=op.f("ck_changes_id")),
        sa.CheckConstraint(f"action IN ({ACTIONS})", name=op.f("ck_changes_action")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "former_totals",
        sa.Column("change_id", sa.LargeBinary(16), nullable=False),
        sa.Column("id", BIGINT, autoincrement=False, nullable=False),
        sa.Column("confirmation_id", sa.LargeBinary(16), nullable=False),
        sa.Column("user_id", BIGINT, nullable=False),
        sa.Column("chat_id", BIGINT),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("label", sa.String(64).with_variant(sa.Text(), "postgresql")),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("created_at", BIGINT, nullable=False),
        sa.PrimaryKeyConstraint("change_id", "id", name=op.f("pk_former_totals")),
        sa.ForeignKeyConstraint(
            ["change_id"], ["changes.id"], name=op.f("fk_former_totals_change_id")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "tombstones",
        sa.Column("confirmation_id", sa.LargeBinary(16), nullable=False),
        sa.PrimaryKeyConstraint("confirmation_id", name=op.f("pk_tombstones")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Drop the tables of changes. Deleted totals stay deleted unless Confirm is repeated."""
    op.drop_table("tombstones")
    op.drop_table("former_totals")
    op.drop_table("changes")
    for columns in INDEXES:
        op.drop_index(_name(columns))
    if op.get_bind().dialect.name == "sqlite":
        _make_totals_anew(sqlite_autoincrement=False)
    else:
        op.alter_column("totals", "label", type_=sa.String(64))
    for columns in INDEXES_BEFORE:
        op.create_index(_name(columns), "totals", columns)


def _name(columns: list[str]) -> str:
    return op.f(f"ix_totals_{'_'.join(columns)}")


def _make_totals_anew(*, sqlite_autoincrement: bool) -> None:
    op.create_table(
        "totals_anew",
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
        sqlite_autoincrement=sqlite_autoincrement,
    )
    op.execute("INSERT INTO totals_anew SELECT * FROM totals")
    op.drop_table("totals")
    op.rename_table("totals_anew", "totals")
