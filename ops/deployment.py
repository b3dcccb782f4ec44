"""The settings that the tools of the operator need."""

from pathlib import Path
from typing import Protocol

from pydantic import SecretStr

REDIS_PREFIX = "tally"
"""The beginning of all keys and channels in Redis."""


class Deployment(Protocol):
    """The settings that locks, backups, workers and the quarantine need.

    `app.settings.Settings` has them all. Callers pass it in, so nothing in this room reads settings
    by itself.
    """

    @property
    def data_dir(self) -> Path:
        """The folder where Tally keeps its own data."""

    @property
    def database(self) -> str:
        """The address of the database, as SQLAlchemy has it, with the driver."""

    @property
    def redis_url(self) -> SecretStr | None:
        """The address of Redis, None for the embedded Valkey."""

    @property
    def bot_token(self) -> SecretStr | None:
        """The token, None on the playground."""

    @property
    def webhook_url(self) -> SecretStr | None:
        """The public address, None for polling."""
