"""Checks and reads single settings. The text of a `ValueError` goes on from the setting's name."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from pydantic import AfterValidator, SecretStr
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from db.address import FILES as POSTGRESQL_FILES
from db.address import asyncpg_arguments, without_options
from durable_dialogs.redis.address import FILES as REDIS_FILES
from durable_dialogs.redis.address import parse
from durable_dialogs.telegram.proxy import parse_proxy
from durable_dialogs.workers.peer_address import is_peer_address

OFF = "off"
"""Says that workers do not pass updates on."""


def check_token(value: SecretStr) -> SecretStr:
    """Check a bot token."""
    if not re.fullmatch(r"\d+:[\w-]+", value.get_secret_value(), re.ASCII):
        raise ValueError("is not a bot token; @BotFather gives one like 123456:ABC-DEF")
    return value


def address_with(*schemes: str) -> AfterValidator:
    """Make a validator that accepts addresses with one of these schemes."""

    def check(value: SecretStr) -> SecretStr:
        address = value.get_secret_value()
        if not address.startswith(tuple(f"{scheme}://" for scheme in schemes)):
            raise ValueError(f"must begin with {' or '.join(f'{s}://' for s in schemes)}")
        try:
            parts = urlsplit(address)
            complete = parts.hostname
            _ = parts.port
        except ValueError:
            complete = None
        if not complete:
            # Without the wrong part, because it may belong to a password.
            raise ValueError("is not an address; see .env.example")
        return value

    return AfterValidator(check)


def _check_pem(options: Mapping[str, Sequence[str]], names: Iterable[str]) -> None:
    """Check that the certificates and keys that an address names can be read.

    Raises:
        ValueError: One can't be read. The text says which option and why.
    """
    for name in names:
        for file in options.get(name, ()):
            try:
                content = Path(file).read_bytes()
            except OSError as error:
                raise ValueError(f"has an {name} that can't be read: {error.strerror}") from None
            if b"-----BEGIN " not in content:
                raise ValueError(f"has an {name} that is not in the PEM format")


def check_proxy(value: SecretStr) -> SecretStr:
    """Check the address of a proxy for Telegram."""
    parse_proxy(value.get_secret_value())
    return value


def check_redis(value: SecretStr) -> SecretStr:
    """Check the address of Redis, and the files that it names."""
    address = value.get_secret_value()
    parse(address)
    _check_pem(parse_qs(urlsplit(address).query), REDIS_FILES)
    return value


def check_database(value: SecretStr) -> SecretStr:
    """Check the address of the database, and the files that it names."""
    try:
        url = make_url(value.get_secret_value())
    except (ArgumentError, ValueError):
        raise ValueError("is not a database address; see .env.example") from None
    if url.drivername not in {"sqlite+aiosqlite", "postgresql+asyncpg"}:
        raise ValueError("must begin with sqlite+aiosqlite:// or postgresql+asyncpg://")
    if url.get_backend_name() == "postgresql":
        asyncpg_arguments(url)
        _check_pem(url.normalized_query, POSTGRESQL_FILES)
        url = without_options(url)
    try:
        url.get_dialect()().create_connect_args(url)
    except (ArgumentError, ValueError, TypeError):
        raise ValueError("has an option with a wrong value") from None
    return value


def read_ids(value: object) -> object:
    """Read `7, 8`, which the settings library would read as JSON."""
    if not isinstance(value, str):
        return value
    ids = [part.strip() for part in value.split(",")]
    if not all(re.fullmatch(r"[1-9]\d{0,15}", one, re.ASCII) for one in ids):
        raise ValueError("must be people's ids, separated by commas")
    return frozenset(map(int, ids))


def check_game(value: str) -> str:
    """Check the short name of a game."""
    if not re.fullmatch(r"\w{3,64}", value, re.ASCII):
        raise ValueError("is not a short name of a game: letters, digits and _")
    return value


def check_webhook_secret(value: SecretStr) -> SecretStr:
    """Check the secret of a webhook (Bot API, setWebhook)."""
    if not re.fullmatch(r"[\w-]{1,256}", value.get_secret_value(), re.ASCII):
        raise ValueError("must be 1 to 256 of A-Z, a-z, 0-9, _ and -")
    return value


def check_peers(value: str) -> str:
    """Check how workers pass updates on to each other."""
    if value != OFF and not is_peer_address(value):
        raise ValueError("must be unix, off or an address of this machine like tcp://10.0.0.1")
    return value
