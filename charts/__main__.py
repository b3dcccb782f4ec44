"""The process that draws: a line of JSON in, the length of a PNG and the PNG out, until its end.

It ends when its input does: so it outlives nobody, however the bot ends.
"""

import gc
import os
import signal
import sys

NICE = 10
"""How far behind the bot it stands in line for a processor; see nice(2)."""


def main() -> None:
    """Draw whatever is asked for."""
    # Ctrl-C goes to both processes; this one goes on until the bot has no more to ask.
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    from charts.model import Chart  # noqa: PLC0415 - slow, so it comes last
    from charts.picture import draw  # noqa: PLC0415

    os.nice(NICE)
    # What stays is not looked through again and again, and what a chart leaves, rings of
    # objects, goes before the next one: else memory grows by half.
    gc.collect()
    gc.freeze()
    for line in sys.stdin.buffer:
        png = draw(Chart.from_json(line))
        sys.stdout.buffer.write(len(png).to_bytes(4) + png)
        sys.stdout.buffer.flush()
        gc.collect()


if __name__ == "__main__":
    main()
