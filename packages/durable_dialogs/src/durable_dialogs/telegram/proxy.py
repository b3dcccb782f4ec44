"""Which proxy Telegram is reached by, if it is not reached directly."""

from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies_environment, proxy_bypass

PORTS = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}
"""The schemes, and the port of each where the address tells none."""
LONGEST = 255
"""Characters of a user or a password."""


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy.

    Attributes:
        kind: `http`, `https` or `socks5`.
        host: Its name or address.
        port: Its port.
        user: Who it is used as, None for nobody.
        password: Their password.
    """

    kind: str
    host: str
    port: int
    user: str | None = None
    password: str | None = field(default=None, repr=False)


def parse_proxy(address: str) -> Proxy:
    """Read the address of a proxy.

    Args:
        address: `http://[user:password@]host[:port]`, `https://` for TLS to the proxy, `socks5://`
            or, which is the same here, `socks5h://`.

    Raises:
        ValueError: It is none. The text shows nothing of it, because any part may be one of a
            password.
    """
    scheme, _, rest = address.partition("://")
    if scheme not in PORTS or not rest:
        raise ValueError("must begin with http:// or https:// or socks5://")
    try:
        parts = urlsplit(address)
        port = parts.port or PORTS[scheme]
    except ValueError:
        raise ValueError("is no address of a proxy; see .env.example") from None
    if not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError("is no address of a proxy; see .env.example")
    user, password = (
        None if text is None else unquote(text) for text in (parts.username, parts.password)
    )
    said = [text for text in (user, password) if text]
    # What HTTP's Basic (RFC 7617) and SOCKS5's login (RFC 1929) can both carry.
    if ":" in (user or "") or not all(
        text.isascii() and text.isprintable() and len(text) <= LONGEST for text in said
    ):
        raise ValueError("has a user or password that a proxy can't be told; see .env.example")
    return Proxy(scheme.removesuffix("h"), parts.hostname, port, user, password)


def addresses_in_environment() -> dict[str, str]:
    """Give the addresses of proxies in the environment, by their variables in upper case."""
    return {
        f"{kind.upper()}_PROXY": address if "://" in address else f"http://{address}"
        for kind, address in getproxies_environment().items()
        if kind in {"http", "https", "all"} and address
    }


def variable_for(url: str) -> str | None:
    """Tell which variable of the environment names the proxy for an address, if any does.

    `HTTPS_PROXY` or `HTTP_PROXY`, by the address, before `ALL_PROXY`; `NO_PROXY` names hosts
    that are reached without.
    """
    parts = urlsplit(url)
    if proxy_bypass(parts.netloc.rpartition("@")[2]):  # with its port, which NO_PROXY may have
        return None
    names = (f"{parts.scheme.upper()}_PROXY", "ALL_PROXY")
    return next((name for name in names if name in addresses_in_environment()), None)


def is_on_this_machine(url: str) -> bool:
    """Tell whether an address leads to this machine itself, where no proxy leads to."""
    host = (urlsplit(url).hostname or "").rstrip(".")
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
