"""The HTTP server, and its defence against compressed bodies."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import hdrs, web
from aiohttp.http import HttpProcessingError
from aiohttp.log import server_logger


@asynccontextmanager
async def serving(
    app: web.Application, host: str, port: int, *, finish: float, shared: bool = False
) -> AsyncIterator[int]:
    """Serve an application inside of the `with`.

    Args:
        app: The application.
        host: The address to listen on.
        port: The port, 0 for any free one.
        finish: Seconds that running requests have to finish at the end.
        shared: Whether other processes may listen on the same port; the kernel distributes the
            connections (SO_REUSEPORT, socket(7)).

    Yields:
        The port.

    Raises:
        OSError: The address or port can't be used.
    """
    server_logger.addFilter(_is_own_error)
    # aiohttp would decompress every body, even one that no handler reads, and would block the
    # event loop meanwhile.
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=finish, auto_decompress=False)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port, reuse_port=shared or None).start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


@web.middleware
async def refuse_compressed(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Answer 415 to a compressed body (RFC 9110, 8.4), because no handler decompresses bodies.

    Raises:
        HTTPUnsupportedMediaType: The body is compressed.
    """
    codings = request.headers.getall(hdrs.CONTENT_ENCODING, ())
    if any(coding.strip().lower() not in {"", "identity"} for coding in codings):
        raise web.HTTPUnsupportedMediaType(headers={hdrs.ACCEPT_ENCODING: "identity"})
    return await handler(request)


def _is_own_error(record: logging.LogRecord) -> bool:
    """Filter out errors about requests that are not HTTP: they are common and quoted in full."""
    return not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError))
