"""How people say where Redis is: one server, Sentinels that know it, or a cluster."""

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import parse_qs, unquote, urlsplit


class Kind(StrEnum):
    """Who is asked first; behind the scheme's `+`, so nobody where there is none."""

    SERVER = ""
    SENTINEL = "sentinel"
    CLUSTER = "cluster"


PORTS = {Kind.SERVER: 6379, Kind.SENTINEL: 26379, Kind.CLUSTER: 6379}
"""Where each listens unless the address tells."""
SCHEMES = ["redis", "rediss", "unix"] + [
    f"{scheme}+{kind}" for kind in (Kind.SENTINEL, Kind.CLUSTER) for scheme in ("redis", "rediss")
]
"""The schemes; `rediss` is TLS."""
SECRETS = ["password", "sentinel_password", "ssl_password", "sslpassword"]
"""Options of an address that nobody may see."""

FILES = ("ssl_ca_certs", "ssl_certfile", "ssl_keyfile")
"""Options of an address that are files in the PEM format."""

Node = tuple[str, int]
"""A host and its port."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where Redis is.

    Attributes:
        kind: What the nodes are.
        url: Everything that is common to all servers, as redis-py reads the address of one.
        nodes: The server, or those of the Sentinels or of the cluster to begin with; none
            for a unix socket.
        service: What the Sentinels call the master, "" without Sentinels.
    """

    kind: Kind
    url: str
    nodes: tuple[Node, ...]
    service: str = ""


def parse(text: str) -> Address:
    """Read an address.

    Args:
        text: `redis://[user:password@]host[:port][/db]`, `rediss://` for TLS, `unix://path`,
            `redis+sentinel://[user:password@]host[:port],.../service[/db]`,
            `redis+cluster://[user:password@]host[:port],...`; each may have redis-py's
            options of a connection behind a `?`.

    Raises:
        ValueError: It is none. The text says why and shows nothing of it, as any part may
            be one of a password.
    """
    if not text.startswith(tuple(f"{scheme}://" for scheme in SCHEMES)):
        raise ValueError(f"must begin with {' or '.join(f'{scheme}://' for scheme in SCHEMES)}")
    try:
        return _parse(text)
    except ValueError:
        raise ValueError("is no address; see .env.example") from None


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
    """Give what must never show of an address, as it is written and as it is meant."""
    parts = urlsplit(address)
    options = parse_qs(parts.query)
    written = [
        parts.password or "",
        *(value for name in SECRETS for value in options.get(name, [])),
    ]
    return {text for password in written for text in (password, unquote(password)) if text}
