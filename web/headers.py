"""HTTP headers of Mini Apps: no content of other hosts, no caching, no referrer."""

from aiohttp import hdrs

APP = {
    # No `frame-ancestors`, because Telegram's web clients show the page in a frame. In a frame of
    # another site the page has no signed data, so there is nothing to see or to press.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
        " base-uri 'none'; form-action 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    # The address may contain a pass or a ticket.
    "Referrer-Policy": "no-referrer",
    hdrs.CACHE_CONTROL: "no-store",
}
