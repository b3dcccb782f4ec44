"""Where a worker takes updates from other workers."""

from urllib.parse import SplitResult, urlsplit

UNIX = "unix"
"""Stands for a socket on this machine."""


def is_peer_address(value: str) -> bool:
    """Tell whether a value is `unix`, `tcp://HOST` or `tcp://HOST:PORT`."""
    return value == UNIX or _tcp(value) is not None


def has_fixed_port(value: str) -> bool:
    """Tell whether a value names a port, which one listener can have."""
    parts = _tcp(value)
    return parts is not None and parts.port is not None


def _tcp(value: str) -> SplitResult | None:
    try:
        parts = urlsplit(value)
        is_address = parts.scheme == "tcp" and parts.hostname and parts.port != 0
    except ValueError:
        return None
    return parts if is_address else None
