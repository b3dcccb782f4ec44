"""Ports for what a test serves."""

import secrets
import socket

FIRST, LAST = 20_000, 32_000
"""Below those that the system gives to whoever asks for any, so that a bot which is
stopped and started again finds its port free."""


def free_port() -> int:
    """Find a port that nobody listens at."""
    while True:
        port = FIRST + secrets.randbelow(LAST - FIRST)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return port
