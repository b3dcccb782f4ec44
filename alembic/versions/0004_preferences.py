"""People's preferences: language, time zone, steps, names for totals.

Revision 0004, follows 0003, 2026-11-21.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns, empty."""
    op.add_column("users", sa.Column("chosen_language", sa.Text()))
    op.add_column("users", sa.Column("time_zone", sa.Text()))
    op.add_column("users", sa.Column("steps", sa.Text()))
    op.add_column("users", sa.Column("names_totals", sa.Boolean()))


def downgrade() -> None:
    """Drop the columns with all preferences."""
    for name in ("names_totals", "steps", "time_zone", "chosen_language"):
        op.drop_column("users", name)
