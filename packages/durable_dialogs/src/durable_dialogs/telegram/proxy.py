"""The proxy between the bot and Telegram, if there is one."""

from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies_environment, proxy_bypass

PORTS = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}
"""The schemes, and the default port of each."""
LENGTH_MAX = 255
"""Characters of a user or of a password at most (RFC 1929)."""


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy.

    Attributes:
        kind: `http`, `https` or `socks5`.
        host: The proxy's name or address.
        port: The proxy's port.
        user: The user to log in as, None for no login.
        password: The user's password.
    """

    kind: str
    host: str
    port: int
    user: str | None = None
    password: str | None = field(default=None, repr=False)


def parse_proxy(address: str) -> Proxy:
    """Parse the address of a proxy.

    Args:
        address: `http://[user:password@]host[:port]`, `https://` for TLS to the proxy, or
            `socks5://`. `socks5h://` means the same, because the proxy always resolves names.

    Raises:
        ValueError: The text is no address of a proxy. The error shows no part of it, because any
            part may be a piece of a password.
    """
    scheme, _, rest = address.partition("://")
    if scheme not in PORTS or not rest:
        raise ValueError("must begin with http:// or https:// or socks5://")
    try:
        parts = urlsplit(address)
        port = parts.port or PORTS[scheme]
    except ValueError:
        raise ValueError("is no address of a proxy like http://HOST:8080") from None
    if not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError("is no address of a proxy like http://HOST:8080")
    user, password = (
        None if text is None else unquote(text) for text in (parts.username, parts.password)
    )
    given = [text for text in (user, password) if text]
    # HTTP's Basic (RFC 7617) and SOCKS5's login (RFC 1929) can both carry these.
    if ":" in (user or "") or not all(
        text.isascii() and text.isprintable() and len(text) <= LENGTH_MAX for text in given
    ):
        raise ValueError("has a user or password that a proxy can't be told")
    return Proxy(scheme.removesuffix("h"), parts.hostname, port, user, password)


def addresses_in_environment() -> dict[str, str]:
    """Return the addresses of proxies in the environment, by variable names in upper case."""
    return {
        f"{kind.upper()}_PROXY": address if "://" in address else f"http://{address}"
        for kind, address in getproxies_environment().items()
        if kind in {"http", "https", "all"} and address
    }


def variable_for(url: str) -> str | None:
    """Return the environment variable that holds the proxy for a URL, None if no proxy is set.

    `HTTPS_PROXY` or `HTTP_PROXY`, depending on the URL's scheme, comes before `ALL_PROXY`.
    `NO_PROXY` lists hosts that need no proxy.
    """
    parts = urlsplit(url)
    if proxy_bypass(parts.netloc.rpartition("@")[2]):  # with its port, which NO_PROXY may have
        return None
    names = (f"{parts.scheme.upper()}_PROXY", "ALL_PROXY")
    return next((name for name in names if name in addresses_in_environment()), None)


def is_on_this_machine(url: str) -> bool:
    """Return whether a URL is on this machine, which no proxy can reach."""
    host = (urlsplit(url).hostname or "").rstrip(".")
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
