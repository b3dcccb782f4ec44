"""Refuses requests from pages of other sites, on the bot's side and the persons' side.

Any page in a developer's browser can send requests to this server, and the persons' side needs no
token. A page can't set these headers, so they are checked:

- `Host` is a name of this server. A site can point its own name to this machine (DNS rebinding)
  and then has the same origin, but its name stays in `Host`.
- `Origin`, if it is sent, is the server's own. A browser does not send it for an image.
- `Sec-Fetch-Site` (W3C, Fetch Metadata), which a browser sends for an image too, is `same-origin`,
  or `none` for an address that a person typed. It is `same-site` for a page at another port of
  this machine.
"""

from ipaddress import ip_address

from aiohttp import web

from telegram_playground.errors import ForbiddenError

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})
OWN_PAGE = frozenset({"same-origin", "none"})


def names_of(host: str, others: frozenset[str]) -> frozenset[str]:
    """Give the names under which a server may be addressed.

    Args:
        host: The address that it listens on.
        others: Further names, in lower case.
    """
    names = LOOPBACK_NAMES | others
    return names if _is_everywhere(host) else names | {f"[{host}]" if ":" in host else host}


def _is_everywhere(host: str) -> bool:
    """Tell whether a server that listens on `host` listens on all addresses of this machine."""
    try:
        return ip_address(host).is_unspecified
    except ValueError:
        return not host


def check_origin(request: web.Request, names: frozenset[str]) -> None:
    """Refuse a request that a page of another site may have sent.

    Args:
        request: The request.
        names: The names under which this server may be addressed.

    Raises:
        ForbiddenError: If one of the headers is not as it should be.
    """
    host = request.host.lower()
    name = host.rpartition(":")[0] if host[-1:].isdecimal() else ""
    if not {host, name} & names:
        raise ForbiddenError(f"this server is not called {request.host}; --allow-host names it")
    origin = request.headers.get("Origin")
    if origin is not None and origin.partition("://")[2] != request.host:
        raise ForbiddenError("pages of other sites are refused")
    if request.headers.get("Sec-Fetch-Site", "none") not in OWN_PAGE:
        raise ForbiddenError("pages of other sites are refused")
