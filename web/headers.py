"""The headers of Mini Apps: nothing of any other host, nothing kept, nothing told on."""

from aiohttp import hdrs

APP = {
    # A frame of Telegram's web client shows the page, so anybody's frame may: without
    # what Telegram puts behind the address there is nothing to be seen or pressed in it.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
        " base-uri 'none'; form-action 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    # The address may say who opens it.
    "Referrer-Policy": "no-referrer",
    hdrs.CACHE_CONTROL: "no-store",
}
