"""The process that draws charts.

It reads a `Chart` as one line of JSON from stdin and writes the length of the PNG (4 bytes, big
endian) and the PNG to stdout. It ends at the end of its input, so it never outlives the bot.
"""

import gc
import os
import sys

from charts.model import Chart
from charts.picture import draw

NICE = 10
"""Added to the niceness, so that the bot gets the processor first; see nice(2)."""


def main() -> None:
    """Draw each chart that comes in."""
    os.nice(NICE)
    # Collections skip the imported modules, and one after each chart frees its reference
    # cycles. Without both, memory grows by half.
    gc.collect()
    gc.freeze()
    for line in sys.stdin.buffer:
        png = draw(Chart.from_json(line))
        sys.stdout.buffer.write(len(png).to_bytes(4) + png)
        sys.stdout.buffer.flush()
        gc.collect()


if __name__ == "__main__":
    main()
