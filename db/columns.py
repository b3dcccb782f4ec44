"""Column types that keep rows small, in SQLite and in PostgreSQL."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Dialect, Enum, Integer, String, Text, TypeDecorator
from sqlalchemy.types import TypeEngine
from typing_extensions import override

# SQLite stores each integer in as few bytes as it needs. A primary key declared as INTEGER, by
# exactly this name, is the row id and takes none.
BIGINT = BigInteger().with_variant(Integer(), "sqlite")
_EPOCH = datetime.fromtimestamp(0, UTC)


def short(length: int) -> TypeEngine[str]:
    """Give the type of a text whose length a constraint limits.

    In PostgreSQL the type has no limit of its own, because that fails with another error than the
    constraint.

    Args:
        length: The maximum number of characters.
    """
    return String(length).with_variant(Text(), "postgresql")


class EpochSeconds(TypeDecorator[datetime]):
    """A time, stored as whole seconds since 1970; fractions are cut off.

    It takes datetimes of any time zone and returns them in UTC. A datetime without a time zone
    raises `sqlalchemy.exc.StatementError`.
    """

    impl = BIGINT
    cache_ok = True

    @override
    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Convert a datetime to seconds."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone")
        return (value - _EPOCH) // timedelta(seconds=1)

    @override
    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        """Convert seconds to a datetime."""
        return None if value is None else _EPOCH + timedelta(seconds=value)


class Numbers(TypeDecorator[tuple[int, ...]]):
    """A few whole numbers, stored as people write them: `-10 -1 1 10`."""

    impl = Text
    cache_ok = True

    @override
    def process_bind_param(self, value: Iterable[int] | None, dialect: Dialect) -> str | None:
        """Convert numbers to text."""
        return None if value is None else " ".join(map(str, value))

    @override
    def process_result_value(self, value: Any | None, dialect: Dialect) -> tuple[int, ...] | None:
        """Convert text to numbers."""
        return None if value is None else tuple(map(int, value.split()))


def words(words: type[StrEnum], name: str) -> Enum:
    """Give the type of an enum, stored as text; a constraint refuses other texts.

    Args:
        words: The enum.
        name: The constraint's name.
    """
    return Enum(
        words,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=16,
        values_callable=lambda members: [member.value for member in members],
    )
