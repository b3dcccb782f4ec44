"""Free ports for servers in tests."""

import os
import secrets
import socket
from contextlib import suppress

FIRST, LAST = 20_000, 32_000
"""Below the ports that the system gives to clients, so that a bot which is stopped and started
again finds its port free."""

_worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
_mine = range(FIRST + _worker, LAST, _workers)
# In random order, because another run of the tests on this machine uses the same ports.
_left = secrets.SystemRandom().sample(_mine, len(_mine))


def free_port() -> int:
    """Find a free port that was not given before."""
    while True:
        port = _left.pop()
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
