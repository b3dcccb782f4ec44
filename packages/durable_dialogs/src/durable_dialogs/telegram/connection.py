"""Connections to Telegram, directly or by a proxy.

HTTP proxies, with or without TLS, are aiohttp's own business; for SOCKS5 there is aiohttp-socks,
the library that aiogram names for it. The proxy looks up Telegram's name in either case, because
where Telegram is blocked its name often is, too.
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
    """Make what calls Telegram.

    Certificates are checked by those that come with certifi, and by the system's: `SSL_CERT_FILE`
    names others, of a proxy that looks into what passes through, for one.

    Args:
        proxy: The proxy, None to go without.
        limit: Connections at once.
        headers: Headers of each request.
    """
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    if proxy is None or proxy.kind != "socks5":
        # Names are kept for an hour, as aiogram does: https://github.com/aiogram/aiogram/issues/1500
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
    """Give the address of a proxy as aiohttp has it, None where the connector is the way."""
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
    """aiohttp-socks' connector, but its errors are aiohttp's, so that a call is tried again."""

    @override
    async def connect(
        self, req: ClientRequest, traces: list[Trace], timeout: ClientTimeout
    ) -> Connection:
        """Connect to where a request goes; see `BaseConnector`.

        Raises:
            ClientConnectionError: The proxy is away, refuses, or is none.
        """
        try:
            return await super().connect(req, traces, timeout)
        except (ClientError, OSError):
            raise
        except Exception as error:  # its own have no common base
            raise ClientConnectionError(f"{type(error).__name__}: {error}") from error
