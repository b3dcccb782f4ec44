"""Links in texts and on buttons, by the rules of tdlib's `LinkManager` and `HttpUrl`."""

import re
from ipaddress import IPv6Address, ip_address
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

INTEGER = re.compile(r"0|-?[1-9][0-9]{0,18}")
WEB_SCHEMES = frozenset({"http", "https"})
OWN_LINK = re.compile(r"tg:(?://)?(?P<host>[a-z]*)/?\?(?P<query>[^#]*)", re.IGNORECASE | re.ASCII)
OWN_SCHEME = re.compile(r"(tg|ton|tonsite):(?://)?", re.IGNORECASE | re.ASCII)
SCHEME = re.compile(r"([^:/?#@\[\]]*)://")
AUTHORITY = re.compile(r"[^/?#]*")
PORT = re.compile(r"(?P<host>.+):(?P<number>[^:\]@]*)", re.DOTALL)
PORT_NUMBER = re.compile(r"0*[1-9][0-9]{0,4}")
MAX_PORT = 65_535
SPACES = " \t\r\n\v\0"
UNSAFE = re.compile(r"[\x00-\x20]")
HOST = re.compile(r"(?:[a-zA-Z0-9.\-_!$,~*'();&+=]|%[0-9a-fA-F]{2}|[^\x00-\x7f])*")
USER = re.compile(r"(?:[a-zA-Z0-9.\-_!$,~*'();&+=:]|%[0-9a-fA-F]{2}|[^\x00-\x7f])*")
OWN_HOST = {
    "tg": re.compile(r"[a-zA-Z0-9_-]+"),
    "ton": re.compile(r"[a-zA-Z0-9_-]+"),
    "tonsite": re.compile(r"[a-zA-Z0-9_.-]+"),
}
MAX_USER_ID = (1 << 40) - 1


class LinkError(ValueError):
    """A link is wrong; the text is Telegram's reason."""


def split(url: str) -> SplitResult | None:
    """Split a link into its parts; `None` if it is malformed."""
    try:
        return urlsplit(url)
    except ValueError:
        return None


def ascii_lower(text: str) -> str:
    """Make the letters of ASCII small, and no others, as Telegram does with names and links."""
    return text.encode(errors="surrogatepass").lower().decode(errors="surrogatepass")


def integer(text: str, *, bits: int) -> int | None:
    """Read an integer without needless zeros that fits into `bits` bits; `None` for all else."""
    value = int(text) if INTEGER.fullmatch(text) else None
    fits = value is not None and -(1 << bits - 1) <= value < 1 << bits - 1
    return value if fits else None


def own_parameters(url: str, host: str) -> list[tuple[str, str]]:
    """Give names and values after the `?` of a link such as `tg://user?id=42`.

    Args:
        url: Any link.
        host: What must stand before the `?`; in another link there are no parameters.
    """
    found = OWN_LINK.match(url)
    if found is None or found["host"].lower() != host:
        return []
    pairs = (parameter.partition("=") for parameter in found["query"].split("&"))
    return [(name, value) for name, _, value in pairs]


def user_of_link(url: str) -> int | None:
    """Give the user id of a link such as `tg://user?id=42`; `None` for any other link."""
    parameters = own_parameters(ascii_lower(url), "user")
    first = next((value for name, value in parameters if name == "id"), "")
    user_id = integer(first, bits=64)
    return user_id if user_id is not None and 0 < user_id <= MAX_USER_ID else None


def check_link(link: str) -> str:
    """Complete a link with a scheme and a path, as Telegram stores it.

    Raises:
        LinkError: If Telegram does not accept it.
    """
    own = OWN_SCHEME.match(link)
    parts = _split(link[own.end() :] if own else link)
    if own is None:
        if "." not in parts.host and not parts.is_ipv6:
            raise LinkError("Wrong HTTP URL")
        user = f"{parts.user}@" if parts.user else ""
        return f"{parts.scheme or 'http'}://{user}{parts.host}{parts.port}{parts.query}"
    kind = own[1].lower()
    if parts.scheme or parts.user or parts.port or parts.is_ipv6:
        raise LinkError("Wrong tg URL" if kind == "tg" else "Wrong ton URL")
    if OWN_HOST[kind].fullmatch(parts.host) is None:
        raise LinkError("Unallowed characters in URL host")
    query = parts.query[1:] if parts.query.startswith("/?") else parts.query
    return f"{kind}://{parts.host}{query}"


def checked_link(url: str) -> str | None:
    """Complete a link like `check_link`; `None` if Telegram does not accept it."""
    try:
        return check_link(url)
    except LinkError:
        return None


def is_loopback(url: str) -> bool:
    """Whether a link leads to a page on this machine."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        own = host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
    return own and parts.scheme in WEB_SCHEMES


def is_page(url: str) -> bool:
    """Whether a bot may let people open a page: it is https, or on this machine.

    A local Bot API server accepts http on this machine too.
    """
    return is_loopback(url) or (checked_link(url) is not None and url.startswith("https://"))


class _Parts(NamedTuple):
    scheme: str
    user: str
    host: str
    port: str
    query: str

    @property
    def is_ipv6(self) -> bool:
        return self.host.startswith("[")


def _split(link: str) -> _Parts:
    """Split a link to a page, whose scheme may be missing; what else may, is an empty string."""
    scheme = SCHEME.match(link)
    name = ascii_lower(scheme[1]) if scheme else ""
    if scheme and name not in WEB_SCHEMES:
        raise LinkError("Unsupported URL protocol")
    begin = scheme.end() if scheme else 0
    found = AUTHORITY.match(link, begin)
    authority = found.group() if found else ""
    query = link[begin + len(authority) :].rstrip(SPACES)
    port = PORT.fullmatch(authority)
    if port and not _is_port(port["number"]):
        raise LinkError("Wrong port number specified in the URL")
    user, _, host = (port["host"] if port else authority).rpartition("@")
    _check_host(host, user)
    path = "" if query.startswith("/") else "/"
    return _Parts(
        scheme=name,
        user=user,
        host=ascii_lower(host),
        port=f":{int(port['number'])}" if port else "",
        query=path + UNSAFE.sub(lambda unsafe: f"%{ord(unsafe.group()):02X}", query),
    )


def _is_port(number: str) -> bool:
    return PORT_NUMBER.fullmatch(number) is not None and int(number) <= MAX_PORT


def _is_ipv6(address: str) -> bool:
    try:
        return IPv6Address(address).scope_id is None
    except ValueError:
        return False


def _check_host(host: str, user: str) -> None:
    if not host:
        raise LinkError("URL host is empty")
    if host == ".":
        raise LinkError("Host is invalid")
    if host.startswith("[") and host.endswith("]"):
        if not _is_ipv6(host[1:-1]):
            raise LinkError("Wrong IPv6 address specified in the URL")
        return
    for part, pattern, name in ((host, HOST, "host"), (user, USER, "userinfo")):
        found = pattern.match(part)
        end = found.end() if found else 0
        if part.startswith("%", end):
            raise LinkError(f"Wrong percent-encoded symbol in URL {name}")
        if end < len(part):
            raise LinkError(f"Disallowed character in URL {name}")
