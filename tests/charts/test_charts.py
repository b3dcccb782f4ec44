"""Charts: the pictures, and the process that draws them."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from charts.model import Chart, Panel
from charts.picture import drawable, short
from charts.process import ChartError, Charts

WEEK = Chart([f"{day} Nov" for day in range(1, 8)], [Panel("", [1, 2, 3, 0, -5, 6, 7])])

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
async def charts() -> AsyncIterator[Charts]:
    shared = Charts()
    yield shared
    await shared.close()


def pixels(png: bytes) -> Image.Image:
    return Image.open(BytesIO(png)).convert("RGB")


def children() -> set[int]:
    """Give the child processes that draw charts."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"charts" in command:
            found.add(int(folder.name))
    return found


@pytest.mark.parametrize("lying", [False, True])
async def test_a_chart_is_as_wide_as_two_phones_and_light_or_dark(
    *, charts: Charts, lying: bool
) -> None:
    papers = []
    for dark in (False, True):
        chart = Chart(WEEK.names, WEEK.panels, lying=lying, dark=dark)
        picture = pixels(await charts.draw(chart))
        assert picture.size == (900, 680)
        colours = picture.getcolors(picture.width * picture.height) or []
        papers.append(picture.getpixel((0, 0)))
        assert len(colours) > 3
    assert papers == [(0xFF, 0xFF, 0xFF), (0x17, 0x21, 0x2B)]


@pytest.mark.parametrize(
    "chart",
    [
        Chart([""] * 365, [Panel("a year", list(range(365)))]),
        Chart(["a"], [Panel("nothing", [0])]),
        Chart([], [Panel("nobody", [])]),
        Chart([], [Panel("nobody", [])], lying=True),
        Chart(["a", "b"], [Panel("large", [10**15, -(10**15)])]),
        Chart(["x"] * 2000, [Panel("one", [1] * 2000), Panel("other", [-1] * 2000)]),
        Chart(
            [
                "\N{GRINNING FACE}\N{FAMILY}",
                "שלום",
                "مرحبا",
                "$x^2$ <b>",
                "\u0000\ud7ff",
                "漢",
            ],
            [Panel("$\\frac{broken", [1, 2, 3, 4, 5, 6])],
            lying=True,
        ),
    ],
)
async def test_every_chart_is_drawn(charts: Charts, chart: Chart) -> None:
    assert pixels(await charts.draw(chart)).size == (900, 680)


def test_characters_that_the_font_lacks_are_left_out() -> None:
    assert drawable("\N{CJK UNIFIED IDEOGRAPH-6F22}\N{FAMILY}") == ""
    assert drawable("кофе שלום مرحبا ё") == "кофе שלום مرحبا ё"


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (999, "999"), (1000, "1k"), (-1250, "-1.2k"), (999_999, "1M"), (3.5, "3.5")],
)
def test_large_numbers_are_short(value: float, text: str) -> None:
    assert short(value) == text


async def test_concurrent_charts_are_drawn_one_by_one_and_not_mixed_up(charts: Charts) -> None:
    wanted = [Chart([str(n)] * n, [Panel("", list(range(n)))], dark=n % 2 == 0) for n in (2, 3, 9)]
    alone = [await charts.draw(chart) for chart in wanted]
    assert await asyncio.gather(*(charts.draw(chart) for chart in wanted)) == alone


async def test_a_cancelled_chart_is_not_taken_for_the_next(charts: Charts) -> None:
    expected = await charts.draw(WEEK)
    other = asyncio.create_task(charts.draw(Chart(["other"], [Panel("", [1])])))
    await asyncio.sleep(0)
    other.cancel()
    await asyncio.wait({other})
    assert await charts.draw(WEEK) == expected


async def test_the_process_begins_with_the_first_chart_and_ends_when_told_to() -> None:
    charts = Charts()
    assert charts.process_id is None
    await charts.draw(WEEK)
    own = charts.process_id
    assert own in children()
    await charts.draw(WEEK)
    assert charts.process_id == own
    await charts.close()
    assert own not in children()


async def test_ctrl_c_in_a_terminal_reaches_the_bot_alone(charts: Charts) -> None:
    await charts.draw(WEEK)
    assert charts.process_id
    # A terminal sends the signal to each process of the foreground group.
    assert os.getpgid(charts.process_id) != os.getpgid(0)


async def test_another_process_goes_on_when_one_was_killed(charts: Charts) -> None:
    expected = await charts.draw(WEEK)
    assert charts.process_id
    os.kill(charts.process_id, signal.SIGKILL)
    assert await charts.draw(WEEK) == expected


@pytest.mark.parametrize("script", ["pass", "raise SystemExit(1)"])
async def test_a_process_that_can_not_draw_is_an_error(script: str) -> None:
    charts = Charts(sys.executable, "-c", script)
    with pytest.raises(ChartError):
        await charts.draw(WEEK)
    await charts.close()


async def test_a_command_that_is_not_there_is_an_error() -> None:
    with pytest.raises(ChartError):
        await Charts(str(ROOT / "nothing")).draw(WEEK)


async def test_after_its_lifetime_a_process_makes_way_for_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("charts.process.LIFETIME", 2)
    own, used = Charts(), []
    for _ in range(4):
        await own.draw(WEEK)
        used.append(own.process_id)
    first, second = used[0], used[-1]
    assert used == [first, first, second, second]
    assert first != second
    assert first not in children()
    await own.close()
