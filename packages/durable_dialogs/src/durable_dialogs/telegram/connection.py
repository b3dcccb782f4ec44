"""Connections to Telegram, directly or through a proxy.

aiohttp speaks to HTTP proxies, with or without TLS. aiohttp-socks, the library that aiogram
recommends, speaks to SOCKS5 proxies. The proxy always resolves Telegram's name, because a network
that blocks Telegram often blocks its name, too.
"""

import ssl

import certifi
from aiohttp import (
    ClientConnectionError,
    ClientError,
    ClientRequest,
    ClientSession,
    ClientTimeout,
    TCPConnector,
)
from aiohttp.connector import Connection
from aiohttp.tracing import Trace
from aiohttp_socks import ProxyConnector
from typing_extensions import override
from yarl import URL

from durable_dialogs.telegram.proxy import Proxy


def open_session(proxy: Proxy | None, limit: int, headers: dict[str, str]) -> ClientSession:
    """Make a session that calls Telegram.

    It trusts the authorities of certifi and of the system. `SSL_CERT_FILE` names others, such as
    that of a proxy that decrypts what passes through it.

    Args:
        proxy: The proxy, None for none.
        limit: The number of connections at the same time.
        headers: The headers of each request.
    """
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    if proxy is None or proxy.kind != "socks5":
        # The cache keeps names for an hour, as aiogram's does:
        # https://github.com/aiogram/aiogram/issues/1500
        connector = TCPConnector(ssl=context, limit=limit, ttl_dns_cache=3600)
    else:
        connector = SocksConnector(
            host=proxy.host,
            port=proxy.port,
            username=proxy.user,
            password=proxy.password or "" if proxy.user is not None else None,
            rdns=True,
            ssl=context,
            limit=limit,
        )
    return ClientSession(connector=connector, headers=headers, proxy=_url(proxy))


def _url(proxy: Proxy | None) -> URL | None:
    """Return the URL of a proxy for aiohttp, None if there is none or if the connector uses it."""
    if proxy is None or proxy.kind == "socks5":
        return None
    return URL.build(
        scheme=proxy.kind,
        host=proxy.host,
        port=proxy.port,
        user=proxy.user,
        password=proxy.password,
    )


class SocksConnector(ProxyConnector):
    """aiohttp-socks' connector that raises aiohttp's errors, so that callers try again."""

    @override
    async def connect(
        self, req: ClientRequest, traces: list[Trace], timeout: ClientTimeout
    ) -> Connection:
        """Connect for a request; see `BaseConnector`.

        Raises:
            ClientConnectionError: The proxy is away or refuses, or the server is no proxy.
        """
        try:
            return await super().connect(req, traces, timeout)
        except (ClientError, OSError):
            raise
        except Exception as error:  # aiohttp-socks' errors have no common base
            raise ClientConnectionError(f"{type(error).__name__}: {error}") from error
