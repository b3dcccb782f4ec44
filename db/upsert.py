"""INSERT with ON CONFLICT, for which SQLAlchemy has one class a dialect."""

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Base


def insert(session: AsyncSession, model: type[Base]) -> sqlite.Insert | postgresql.Insert:
    """Make an INSERT that has `on_conflict_do_nothing` and `on_conflict_do_update`.

    Args:
        session: The session that will execute it.
        model: The model to insert.
    """
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(model)
    return sqlite.insert(model)
