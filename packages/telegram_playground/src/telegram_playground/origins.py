"""Keeps the pages of other sites out, on the bot's side and on the persons' side alike.

A browser sends requests here for any page that it shows. No token and no cookie is needed on the
persons' side, so these headers, of which a page can't choose what it likes, tell who asks:

- `Host` is a name that this server has. A site can lead a name of its own to this machine (DNS
  rebinding), and then counts as the same origin; but its name stays in `Host`.
- `Origin`, where it is sent, is the server's own. A browser leaves it out of an image's request.
- `Sec-Fetch-Site` (W3C, Fetch Metadata), which an image's request has, is `same-origin`, or `none`
  for what a person has typed. A page at another port of this machine is `same-site`.
"""

from aiohttp import web

from telegram_playground.errors import ForbiddenError

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})
ANY_ADDRESS = frozenset({"", "0.0.0.0", "::"})  # noqa: S104 - nothing is bound here
OWN_PAGE = frozenset({"same-origin", "none"})


def names_of(host: str, others: frozenset[str]) -> frozenset[str]:
    """Give the names under which a server may be addressed.

    Args:
        host: The address that it listens on.
        others: Further names, in lower case.
    """
    listening = frozenset() if host in ANY_ADDRESS else {f"[{host}]" if ":" in host else host}
    return LOOPBACK_NAMES | others | listening


def check_origin(request: web.Request, names: frozenset[str]) -> None:
    """Refuse a request that the page of another site may have sent.

    Args:
        request: The request.
        names: The names under which this server may be addressed.

    Raises:
        ForbiddenError: If it may be one.
    """
    host = request.host.lower()
    name = host.rpartition(":")[0] if host[-1:].isdecimal() else ""
    if not {host, name} & names:
        raise ForbiddenError(f"this server is not called {request.host}; --allow-host names it")
    origin = request.headers.get("Origin")
    if origin is not None and origin.partition("://")[2] != request.host:
        raise ForbiddenError("other pages have no business here")
    if request.headers.get("Sec-Fetch-Site", "none") not in OWN_PAGE:
        raise ForbiddenError("other pages have no business here")
