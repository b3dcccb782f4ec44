"""How people say where a database is, and how asyncpg takes that."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import URL, make_url

CONNECT = 5.0
"""Seconds that a connection may take to be made, unless the address tells."""

PLACES = frozenset({"host", "port"})
"""Options that SQLAlchemy understands by itself."""
SECONDS = {"timeout": "timeout", "connect_timeout": "timeout", "command_timeout": "command_timeout"}
"""Options that are seconds, also by libpq's name for one, and asyncpg's name of each."""
CACHES = frozenset({"statement_cache_size", "prepared_statement_cache_size"})
"""The options of which 0 is for poolers that share connections out by transactions."""
COUNTS = CACHES | {"max_cached_statement_lifetime", "max_cacheable_statement_size"}
"""Options that are whole numbers."""
FILES = frozenset({"sslrootcert", "sslcert", "sslkey", "sslcrl"})
"""Options that are files in the PEM format."""
TEXTS = FILES | {
    "application_name",
    "dbname",
    "krbsrvname",
    "passfile",
    "password",
    "ssl_max_protocol_version",
    "ssl_min_protocol_version",
    "sslmode",
    "sslnegotiation",
    "sslpassword",
    "target_session_attrs",
    "user",
}
"""Options that asyncpg reads as libpq does, from an address alone."""
MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
"""What `sslmode` can be."""


def asyncpg_arguments(url: URL) -> dict[str, Any]:
    """Give what the options of an address are for asyncpg's `connect`.

    They are asyncpg's and libpq's, as other programs on the same database may read the
    same address; `ssl` is asyncpg's name for `sslmode`.

    Args:
        url: The address; its host, port, user, password and database are left to SQLAlchemy.

    Raises:
        ValueError: It has an option that there isn't, or of no such value. The text says so
            and shows no value, as any could be a secret.
    """
    arguments: dict[str, Any] = {"timeout": CONNECT}
    texts: dict[str, str] = {}
    for key, value in url.query.items():
        name = "sslmode" if key == "ssl" else key
        if name in PLACES:
            continue
        if not isinstance(value, str):
            raise ValueError(f"has {key} twice")  # noqa: TRY004 - a fault of the address
        if name in SECONDS:
            arguments[SECONDS[name]] = _seconds(name, value)
        elif name in COUNTS:
            arguments[name] = _count(name, value)
        elif name in TEXTS:
            texts[name] = _text(name, value)
        else:
            raise ValueError("has an option that asyncpg does not know")
    if texts:
        arguments["dsn"] = f"postgresql://?{urlencode(texts)}"
    if any(arguments.get(cache) == 0 for cache in CACHES):
        # A statement with a name would be looked for on another connection than it was
        # prepared on. One without lasts until the next, and its transaction for longer.
        arguments |= dict.fromkeys(CACHES, 0) | {"prepared_statement_name_func": lambda: ""}
    return arguments


def sqlite_file(url: URL | str) -> Path | None:
    """Give the file of an SQLite database, None for another database or one without a file."""
    address = make_url(url)
    if address.get_backend_name() != "sqlite" or not address.database:
        return None
    return None if address.database.startswith((":memory:", "file:")) else Path(address.database)


def without_options(url: URL) -> URL:
    """Give what `asyncpg_arguments` leaves of an address."""
    return url.difference_update_query([name for name in url.query if name not in PLACES])


def _seconds(name: str, value: str) -> float:
    if not re.fullmatch(r"\d{1,6}(\.\d{1,6})?", value, re.ASCII) or not float(value):
        raise ValueError(f"has a {name} that is no number of seconds")
    return float(value)


def _count(name: str, value: str) -> int:
    if not re.fullmatch(r"\d{1,9}", value, re.ASCII):
        raise ValueError(f"has a {name} that is no whole number")
    return int(value)


def _text(name: str, value: str) -> str:
    if name == "sslmode" and value not in MODES:
        raise ValueError(f"has an sslmode that is none of {', '.join(MODES)}")
    if name in FILES and not Path(value).is_file():
        raise ValueError(f"has an {name} that is no file")
    return value
