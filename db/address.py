"""The address of the database, and what asyncpg makes of its options."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import URL, make_url

CONNECT = 5.0
"""Seconds to make a connection, unless the address sets another limit."""

PLACES = frozenset({"host", "port"})
"""Options that SQLAlchemy reads."""
SECONDS = {"timeout": "timeout", "connect_timeout": "timeout", "command_timeout": "command_timeout"}
"""Options in seconds, by the names of asyncpg and libpq, with asyncpg's name of each."""
CACHES = frozenset({"statement_cache_size", "prepared_statement_cache_size"})
"""Options that are 0 for a pooler that lends connections for one transaction only."""
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
"""Options that asyncpg reads as libpq does, but only from an address."""
MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
"""The values of `sslmode`."""


def asyncpg_arguments(url: URL) -> dict[str, Any]:
    """Translate the options of an address into arguments of asyncpg's `connect`.

    Options may have asyncpg's or libpq's names, because other programs may read the same address.
    `ssl` is asyncpg's name for `sslmode`.

    Args:
        url: The address. Its host, port, user, password and database are left to SQLAlchemy.

    Raises:
        ValueError: An option is unknown or has a wrong value. The text shows no value, because it
            may be a secret.
    """
    arguments: dict[str, Any] = {"timeout": CONNECT}
    texts: dict[str, str] = {}
    for key, values in url.normalized_query.items():
        name = "sslmode" if key == "ssl" else key
        if name in PLACES:
            continue
        if len(values) > 1:
            raise ValueError(f"has {key} twice")
        (value,) = values
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
        # Behind a pooler, a named statement may be looked for on another connection than the one
        # that prepared it. An unnamed one lasts until the next, within one transaction.
        arguments |= dict.fromkeys(CACHES, 0) | {"prepared_statement_name_func": lambda: ""}
    return arguments


def sqlite_file(url: URL | str) -> Path | None:
    """Give the file of an SQLite database; None if it has no file or is another database."""
    address = make_url(url)
    if address.get_backend_name() != "sqlite" or not address.database:
        return None
    return None if address.database.startswith((":memory:", "file:")) else Path(address.database)


def without_options(url: URL) -> URL:
    """Give an address without the options that `asyncpg_arguments` reads."""
    return url.difference_update_query([name for name in url.query if name not in PLACES])


def _seconds(name: str, value: str) -> float:
    if not re.fullmatch(r"\d{1,6}(\.\d{1,6})?", value, re.ASCII) or not float(value):
        raise ValueError(f"has a {name} that is not a number of seconds")
    return float(value)


def _count(name: str, value: str) -> int:
    if not re.fullmatch(r"\d{1,9}", value, re.ASCII):
        raise ValueError(f"has a {name} that is not a whole number")
    return int(value)


def _text(name: str, value: str) -> str:
    if name == "sslmode" and value not in MODES:
        raise ValueError(f"has an sslmode that is not one of {', '.join(MODES)}")
    if name in FILES and not Path(value).is_file():
        raise ValueError(f"has an {name} that is not a file")
    return value
