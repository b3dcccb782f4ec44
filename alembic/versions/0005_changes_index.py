"""An index of the changes that can still be undone, by person.

Revision 0005, follows 0004, 2026-11-21.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the index. It leaves out changes that are too old for undo, which are nearly all."""
    lasting = sa.text("user_id IS NOT NULL")
    op.create_index(
        "ix_changes_user_id",
        "changes",
        ["user_id"],
        sqlite_where=lasting,
        postgresql_where=lasting,
    )


def downgrade() -> None:
    """Drop the index."""
    op.drop_index("ix_changes_user_id", "changes")
