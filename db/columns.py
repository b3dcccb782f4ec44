"""Types of columns that keep a row small, on every engine."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Dialect, Enum, Integer, String, Text, TypeDecorator
from sqlalchemy.types import TypeEngine
from typing_extensions import override

# SQLite stores any integer in as few bytes as it needs, but only a column
# declared as INTEGER, by this very name, can be the row id and need none.
BIGINT = BigInteger().with_variant(Integer(), "sqlite")
_EPOCH = datetime.fromtimestamp(0, UTC)


def short(length: int) -> TypeEngine[str]:
    """Give the type of texts whose length a constraint limits.

    The constraint alone: PostgreSQL would tell by an error of its own.

    Args:
        length: Characters at most.
    """
    return String(length).with_variant(Text(), "postgresql")


class EpochSeconds(TypeDecorator[datetime]):
    """A moment in UTC, kept as whole seconds since 1970; fractions are cut off.

    Takes datetimes of any time zone and gives them back in UTC; one without a
    time zone is refused (`sqlalchemy.exc.StatementError`).
    """

    impl = BIGINT
    cache_ok = True

    @override
    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Count the seconds."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone")
        return (value - _EPOCH) // timedelta(seconds=1)

    @override
    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        """Go back from seconds."""
        return None if value is None else _EPOCH + timedelta(seconds=value)


class Numbers(TypeDecorator[tuple[int, ...]]):
    """A few whole numbers, kept as people write them: `-10 -1 1 10`."""

    impl = Text
    cache_ok = True

    @override
    def process_bind_param(self, value: Iterable[int] | None, dialect: Dialect) -> str | None:
        """Write them down."""
        return None if value is None else " ".join(map(str, value))

    @override
    def process_result_value(self, value: Any | None, dialect: Dialect) -> tuple[int, ...] | None:
        """Read them."""
        return None if value is None else tuple(map(int, value.split()))


def words(words: type[StrEnum], name: str) -> Enum:
    """Keep words as texts, and refuse others by a constraint.

    Args:
        words: The words.
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
