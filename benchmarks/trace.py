"""Which files a warm press enters, and how many calls it makes: `python -m benchmarks.trace`.

It runs Tally and the playground in this process and watches presses on a counter by
`sys.setprofile`, each until its message shows it. A call is a function of Tally or of the engine
that is entered; a coroutine that goes on after an `await` counts again. By webhook, or with
`--polling`. With `--functions` it lists functions, not files.
"""

import argparse
import asyncio
import os
import signal
import sys
import tempfile
from collections import Counter
from pathlib import Path
from types import FrameType

from app.run import run
from app.settings import read_settings
from ops.logs import set_up_logs
from telegram_playground import Playground
from tests.support.ports import free_port

ROOT = Path(__file__).parents[1]
ENGINE = "packages/durable_dialogs/src/"
OTHERS = ("packages/telegram_playground/", "benchmarks/", ".venv")
"""Folders whose calls do not count, because they are neither Tally's nor the engine's."""
WARM = 3
"""Presses before those that are watched."""
WATCHED = 4
"""Presses that are watched. The one with the fewest calls counts: no job of the background ran."""
REST = 8.0
"""Seconds after the first presses in which the worker finishes its background work."""
SETTLING = 1.5
"""Seconds between two presses. By then the message is edited and Telegram allows the next edit."""


class Tracer:
    """Counts calls by file.

    Attributes:
        calls: Calls by the file's path below the root.
        functions: Calls by the file's path and the function's name.
        hops: How often a call led from one file to another.
    """

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.functions: Counter[str] = Counter()
        self.hops = 0
        self._last = ""

    def __call__(self, frame: FrameType, event: str, _: object) -> None:
        """Note an event of the interpreter; see `sys.setprofile`."""
        path = frame.f_code.co_filename
        if event != "call" or not path.startswith(f"{ROOT}/"):
            return
        path = path.removeprefix(f"{ROOT}/")
        if path.startswith(OTHERS):
            return
        self.calls[path] += 1
        self.functions[f"{path}: {frame.f_code.co_qualname}"] += 1
        self.hops += path != self._last
        self._last = path


async def trace(*, polling: bool) -> Tracer:
    """Return the tracer that has watched the press with the fewest calls."""
    with tempfile.TemporaryDirectory() as folder:
        async with Playground() as playground:
            port = free_port()
            os.environ |= {
                "BOT_TOKEN": playground.token,
                "BOT_API_URL": playground.url,
                "DATA_DIR": folder,
                "METRICS_PORT": str(free_port()),
                "WEB_PORT": str(port),
            }
            if not polling:
                os.environ["WEBHOOK_URL"] = f"http://127.0.0.1:{port}"
            set_up_logs("WARNING", "console", [])
            tally = asyncio.create_task(run(read_settings()))
            await playground.until_called("getUpdates" if polling else "setWebhook", timeout=60)
            tracers = await _watch(playground)
            os.kill(os.getpid(), signal.SIGTERM)
            await tally
    return min(tracers, key=lambda tracer: tracer.calls.total())


async def _watch(playground: Playground) -> list[Tracer]:
    ann = await playground.person("Ann", language_code="en")
    await ann.send("/numbers")
    counter = await ann.receive(timeout=60)
    tracers = []
    for value in range(1, WARM + WATCHED + 1):
        if value > WARM:
            tracers.append(Tracer())
            sys.setprofile(tracers[-1])
        await ann.press(counter, "+1")
        await ann.until(counter, text=f"Specify the number: {value}")
        sys.setprofile(None)
        # The press before the watched ones makes the message a pending redraw again.
        await asyncio.sleep(REST if value == WARM - 1 else SETTLING)
    return tracers


def main() -> None:
    """Print the files that the press entered, by calls, and the sums."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--polling", action="store_true", help="by polling instead of by webhook")
    parser.add_argument("--functions", action="store_true", help="functions instead of files")
    options = parser.parse_args()
    tracer = asyncio.run(trace(polling=options.polling))
    shown = tracer.functions if options.functions else tracer.calls
    for path, count in shown.most_common():
        print(f"{count:5}  {path.removeprefix(ENGINE)}")
    engine = {path: count for path, count in tracer.calls.items() if path.startswith(ENGINE)}
    calls, inside = tracer.calls.total(), sum(engine.values())
    print(f"{calls:5}  calls in {len(tracer.calls)} files, {tracer.hops} hops between files")
    print(f"{inside:5}  of them in {len(engine)} files of the engine")


if __name__ == "__main__":
    main()
