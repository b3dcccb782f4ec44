"""SIGHUP, from the first line of main.py on: a reload must not end who has just been started.

What takes its place is set once Tally runs: by `ops/supervisor.py` for several workers, by
`app/run.py` for one process. In a terminal it means that the terminal is gone, as ever.
"""

import signal
import sys

if not (sys.stdin and sys.stdin.isatty()):
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
