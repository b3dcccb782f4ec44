"""The HTTP server."""

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
    """Serve meanwhile.

    Args:
        app: What to serve.
        host: The address to listen at.
        port: The port, 0 for any that is free.
        finish: Seconds that requests under way have at the end.
        shared: Whether other processes may listen at the same port (SO_REUSEPORT, socket(7)),
            so that connections are dealt out among them.

    Yields:
        The port.

    Raises:
        OSError: The port can't be had.
    """
    server_logger.addFilter(_is_fault_of_ours)
    # aiohttp would inflate a compressed body, also one that no handler reads, before the handler
    # is called and after its answer, and would do nothing else meanwhile.
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
    """Answer 415 to a compressed body, as RFC 9110 (8.4) has it: nothing here inflates one.

    Raises:
        HTTPUnsupportedMediaType: The body is compressed.
    """
    codings = request.headers.getall(hdrs.CONTENT_ENCODING, ())
    if any(coding.strip().lower() not in {"", "identity"} for coding in codings):
        raise web.HTTPUnsupportedMediaType(headers={hdrs.ACCEPT_ENCODING: "identity"})
    return await handler(request)


def _is_fault_of_ours(record: logging.LogRecord) -> bool:
    """Leave out requests that are no HTTP: the internet is full of them, and they are quoted."""
    return not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError))
