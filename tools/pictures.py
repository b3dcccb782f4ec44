"""Takes the pictures of the documentation: people use Tally on its playground, in Chromium."""

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

ROOT = Path(__file__).parents[1]

PORTS = "PLAYGROUND_PORT", "WEB_PORT", "METRICS_PORT"
"""Settings: where the bot listens."""

INHERITED = "PATH", "HOME", "PYTHONPATH"
"""What the bot gets of the environment. Settings in it, such as a token, must not reach the bot."""

PATIENCE = 30_000
"""Milliseconds to wait until the page shows something."""


@dataclass(frozen=True, slots=True)
class Picture:
    """What one picture shows.

    Attributes:
        file: The name of its file.
        profile: Playwright's options of a browser profile.
        person: One of the playground's people.
        counter: The name of the counter that the person opens.
        taps: How often the person taps +1.
        menu: The label of the bot's menu button in the person's language.
    """

    file: str
    profile: dict[str, Any]
    person: str
    counter: str
    taps: int
    menu: str


DESKTOP: dict[str, Any] = {"viewport": {"width": 1120, "height": 800}, "color_scheme": "light"}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 800}, "color_scheme": "dark"}
PHONE |= {"is_mobile": True, "has_touch": True}
PICTURES = (
    Picture("chat-light.png", DESKTOP, "Ann", counter="guests", taps=4, menu="Totals"),
    Picture("chat-phone-dark.png", PHONE, "Борис", counter="чай", taps=2, menu="Итоги"),
)


@contextmanager
def running_bot() -> Iterator[str]:
    """Run the bot on its playground, with a new data folder; give the address of the page."""
    ports = dict(zip(PORTS, free_ports(len(PORTS)), strict=True))
    inherited = {name: value for name, value in os.environ.items() if name in INHERITED}
    with TemporaryDirectory() as folder:
        bot = subprocess.Popen(  # noqa: S603 - this very Python
            [sys.executable, ROOT / "main.py"],
            cwd=folder,  # elsewhere, so that the bot does not read a developer's .env
            env=inherited | ports | {"DATA_DIR": f"{folder}/data"},
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            wait_for_start(bot)
            yield f"http://127.0.0.1:{ports['PLAYGROUND_PORT']}"
        finally:
            bot.terminate()
            bot.communicate()


def free_ports(count: int) -> list[str]:
    """Find ports that no process listens on."""
    with ExitStack() as probes:
        opened = (socket.create_server(("127.0.0.1", 0)) for _ in range(count))
        return [str(probes.enter_context(probe).getsockname()[1]) for probe in opened]


def wait_for_start(bot: subprocess.Popen[str]) -> None:
    """Wait until the bot logs that it has started; exit with its log if it ends before that."""
    log = []
    for line in bot.stderr or ():
        log.append(line)
        if " started " in line:
            return
    sys.exit(f"The bot did not start:\n{''.join(log)}")


def use_bot(page: Page, picture: Picture) -> None:
    """Start the bot, open a counter and tap it."""
    page.get_by_role("radio", name=picture.person).click()
    page.locator("#chats button").first.click()
    page.get_by_role("button", name="Start", exact=True).click()
    page.locator(".key").first.wait_for()
    page.get_by_label("Message", exact=True).fill(f"/numbers {picture.counter}")
    page.get_by_role("button", name="Send", exact=True).click()
    for value in range(1, picture.taps + 1):
        page.locator(".key", has_text="+1").last.click()
        wait_for_value(page, value)


def wait_for_value(page: Page, value: int) -> None:
    """Wait until the latest message shows a value."""
    expect(page.locator("#messages .text").last).to_have_text(re.compile(rf" {value}$"))


def take(browser: Browser, url: str, picture: Picture, path: Path) -> None:
    """Let a person use the bot, and take a picture of the page."""
    with browser.new_context(locale="en-GB", timezone_id="UTC", **picture.profile) as context:
        page = context.new_page()
        page.goto(url)
        use_bot(page, picture)
        page.reload()  # without the notices and unread messages that depend on the machine's speed
        wait_for_value(page, picture.taps)
        expect(page.locator("#menu")).to_have_text(picture.menu)
        page.screenshot(path=path)
    with Image.open(path) as image:
        # With 256 colors it takes half the bytes and looks the same.
        image.convert("RGB").quantize().save(path, optimize=True)


def main(folder: Path) -> None:
    """Take all pictures into a folder."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if not chromium:
        sys.exit(
            "The pictures need Chromium, which is not installed (Debian: apt install chromium)."
        )
    expect.set_options(timeout=PATIENCE)
    flags = ["--no-sandbox"]  # which containers lack; the page is Tally's own
    with sync_playwright() as driver, running_bot() as url:
        browser = driver.chromium.launch(executable_path=chromium, args=flags)
        for picture in PICTURES:
            take(browser, url, picture, folder / picture.file)
            print(folder / picture.file)
        browser.close()


if __name__ == "__main__":
    main(Path(*sys.argv[1:] or ["docs/images"]))
