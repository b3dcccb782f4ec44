"""Ignores SIGHUP while the process starts, because a reload must not end it.

`main.py` imports this first. Later the process sets its own handler: `ops/supervisor.py` for
several workers, `app/run.py` for one process. In a terminal, SIGHUP still means that the terminal
is gone.
"""

import signal
import sys

if not (sys.stdin and sys.stdin.isatty()):
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
