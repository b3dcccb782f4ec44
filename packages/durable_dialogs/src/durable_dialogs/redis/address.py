"""Addresses of Redis: of one server, of Sentinels that know the server, or of a cluster."""

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import parse_qs, unquote, urlsplit


class Kind(StrEnum):
    """What an address names. The value stands in the scheme behind the `+`, "" without a `+`."""

    SERVER = ""
    SENTINEL = "sentinel"
    CLUSTER = "cluster"


PORTS = {Kind.SERVER: 6379, Kind.SENTINEL: 26379, Kind.CLUSTER: 6379}
"""The default port of each kind."""
SCHEMES = ["redis", "rediss", "unix"] + [
    f"{scheme}+{kind}" for kind in (Kind.SENTINEL, Kind.CLUSTER) for scheme in ("redis", "rediss")
]
"""The schemes; `rediss` is TLS."""
SECRETS = ["password", "sentinel_password", "ssl_password", "sslpassword"]
"""Options of an address that hold secrets."""

FILES = ("ssl_ca_certs", "ssl_certfile", "ssl_keyfile")
"""Options of an address that name files in PEM format."""

Node = tuple[str, int]
"""A host and a port."""


@dataclass(frozen=True, slots=True)
class Address:
    """An address of Redis.

    Attributes:
        kind: What `nodes` are.
        url: The options that all servers share, as an address of one server in redis-py's format.
        nodes: The server, or the Sentinels or cluster nodes to ask first. Empty for a unix socket.
        service: The Sentinels' name for the master, "" without Sentinels.
    """

    kind: Kind
    url: str
    nodes: tuple[Node, ...]
    service: str = ""


def parse(text: str) -> Address:
    """Parse an address.

    Args:
        text: `redis://[user:password@]host[:port][/db]`, `rediss://` for TLS, `unix://path`,
            `redis+sentinel://[user:password@]host[:port],.../service[/db]`, or
            `redis+cluster://[user:password@]host[:port],...`. Options of redis-py's connections
            can follow a `?`.

    Raises:
        ValueError: The text is no address. The error shows no part of it, because any part may be
            a piece of a password.
    """
    if not text.startswith(tuple(f"{scheme}://" for scheme in SCHEMES)):
        raise ValueError(f"must begin with {' or '.join(f'{scheme}://' for scheme in SCHEMES)}")
    try:
        return _parse(text)
    except ValueError:
        raise ValueError("is no address like redis://HOST:6379") from None


def _parse(text: str) -> Address:
    parts = urlsplit(text)
    scheme, _, name = parts.scheme.partition("+")
    kind = Kind(name)
    if scheme == "unix":
        if not parts.path:
            raise ValueError
        return Address(kind, text, ())
    credentials, at, hosts = parts.netloc.rpartition("@")
    nodes = tuple(_node(host, PORTS[kind]) for host in hosts.split(","))
    if kind is Kind.SERVER:
        (_,) = nodes
        return Address(kind, text, nodes)
    service, _, database = parts.path.removeprefix("/").partition("/")
    if kind is Kind.CLUSTER:
        service, database = "", parts.path.strip("/")
    if (kind is Kind.SENTINEL) != bool(service) or not (database or "0").isdecimal():
        raise ValueError
    if kind is Kind.CLUSTER and int(database or 0):
        raise ValueError
    host = hosts.partition(",")[0]
    url = f"{scheme}://{credentials}{at}{host}/{database}?{parts.query}"
    return Address(kind, url, nodes, unquote(service))


def _node(text: str, port: int) -> Node:
    parts = urlsplit(f"//{text}")
    if not parts.hostname or parts.username is not None:
        raise ValueError
    return parts.hostname, parts.port or port


def passwords_in(address: str) -> set[str]:
    """Return the passwords in an address, each as written and as decoded."""
    parts = urlsplit(address)
    options = parse_qs(parts.query)
    written = [
        parts.password or "",
        *(value for name in SECRETS for value in options.get(name, [])),
    ]
    return {text for password in written for text in (password, unquote(password)) if text}
