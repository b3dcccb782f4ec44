"""Where a bot keeps what is its own: the part of its settings that whoever runs it works with."""

from pathlib import Path
from typing import Protocol

from pydantic import SecretStr


class Deployment(Protocol):
    """What locks, backups, workers and the quarantine need of the settings.

    `app.settings.Settings` has all of it. The settings are handed in, so that nothing in this room
    reads them by itself.
    """

    @property
    def data_dir(self) -> Path:
        """The folder of what Tally keeps by itself."""

    @property
    def database(self) -> str:
        """The address of the database, with the driver."""

    @property
    def redis_url(self) -> SecretStr | None:
        """The address of Redis, None for the embedded Valkey."""

    @property
    def bot_token(self) -> SecretStr | None:
        """The token, None on the playground."""

    @property
    def webhook_url(self) -> SecretStr | None:
        """The public address, None for polling."""
