"""Charts of totals: a window with a picture and buttons."""

import os
import signal
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from locales import Catalog
from telegram_playground import Answer, Message, Person, Playground
from tests.dialogs.test_counter import open_counter
from tests.dialogs.test_totals import follow, values
from tests.dialogs.test_totals_export import PATIENCE, download
from tests.support.tally import Tally
from widgets.text import isolated

WORDS = {
    "en": ("Filter", "Counter", "Chat", "30 days", "Chart", "By label"),
    "ru": ("Фильтр", "Счётчик", "Чат", "30 дней", "График", "По названиям"),
}
"""Buttons to press for a chart by name with every filter."""

BUTTONS = [
    ["Week", "• Month", "Year"],
    ["• By day", "By label"],
    ["• Light", "Dark"],
    ["Back"],
]


async def open_chart(person: Person) -> Message:
    totals = await open_counter(person, "/totals")
    await person.press(totals, "Chart")
    # The first chart after a start loads matplotlib.
    return await person.until(totals, is_chart, timeout=PATIENCE)


def is_chart(message: Message) -> bool:
    return message.photo is not None


async def picture(playground: Playground, message: Message) -> Image.Image:
    assert message.photo
    data = await download(playground, message.photo[-1].file_id)
    if folder := os.environ.get("TALLY_PICTURES"):
        name = f"{message.message_id}-{message.photo[-1].file_unique_id}.png"
        (Path(folder) / name).write_bytes(data)
    return Image.open(BytesIO(data)).convert("RGB")


def is_dark(image: Image.Image) -> bool:
    colour = image.getpixel((0, 0))
    assert isinstance(colour, tuple)
    return max(colour) < 64


async def switch(person: Person, chart: Message, label: str) -> Message:
    """Press a button of a chart, and wait for the next picture."""
    before = await person.read(chart)

    def is_there(now: Message) -> bool:
        return now.photo != before.photo and any(f"• {label}" in row for row in now.labels)

    await person.press(chart, label)
    return await person.until(chart, is_there, timeout=PATIENCE)


async def test_totals_are_shown_as_a_picture_that_changes_in_place(
    ann: Person, tally: Tally, playground: Playground
) -> None:
    now = datetime.now(UTC)
    for days, label in ((0, "tea"), (3, "coffee"), (20, "tea"), (200, "soup")):
        await tally.add_totals(ann, [days + 1], label=label, created_at=now - timedelta(days=days))
    chart = await open_chart(ann)
    assert chart.labels == BUTTONS
    first, last = map(Catalog().speak("en").day, (now - timedelta(days=29), now))
    assert chart.caption == f"Totals, {first} … {last} UTC\n3 totals, sum 26"
    assert not is_dark(await picture(playground, chart))
    dark = await switch(ann, chart, "Dark")
    assert is_dark(await picture(playground, dark))
    year = await switch(ann, dark, "Year")
    assert (year.caption or "").endswith("4 totals, sum 227")
    labels = await switch(ann, year, "By label")
    assert "1. tea: 2 totals, sum 22\n" in (labels.caption or "")
    assert is_dark(await picture(playground, labels))
    week = await switch(ann, labels, "Week")
    assert (week.caption or "").endswith("2 totals, sum 5")
    assert week.message_id == chart.message_id


async def test_back_leads_from_the_picture_to_a_list_that_works(ann: Person, tally: Tally) -> None:
    await tally.add_totals(ann, [7], created_at=datetime.now(UTC))
    chart = await open_chart(ann)
    await ann.press(chart, "Back")
    totals = await ann.receive()
    await ann.until_gone(chart)
    assert values(totals) == [7]
    again = await follow(ann, totals, "Chart")
    assert again.photo


async def test_a_command_leaves_the_picture_where_it_is_without_buttons(
    ann: Person, tally: Tally
) -> None:
    await tally.add_totals(ann, [7], created_at=datetime.now(UTC))
    chart = await open_chart(ann)
    await ann.send("/start")
    await ann.receive()
    left = await ann.until(chart, lambda now: not now.labels)
    assert left.photo


async def test_the_chart_follows_the_filter(ann: Person, tally: Tally) -> None:
    now = datetime.now(UTC)
    await tally.add_totals(ann, [1], label="tea", created_at=now)
    await tally.add_totals(ann, [2], label="coffee", created_at=now)
    await tally.add_totals(ann, [4], label="tea", created_at=now - timedelta(days=3))
    totals = await open_counter(ann, "/totals")
    totals = await follow(ann, totals, "Filter", "Label", "tea")
    totals = await follow(ann, totals, "Filter", "Today")
    chart = await follow(ann, totals, "Chart")
    assert "As filtered" in chart.labels[0]
    assert (chart.caption or "").endswith("2 totals, sum 5")
    # The text says only once which days the chart shows.
    assert (chart.caption or "").splitlines()[1] == "Label: tea"
    assert "Days:" not in (chart.caption or "")
    today = await switch(ann, chart, "As filtered")
    assert (today.caption or "").endswith("1 total, sum 1")


async def test_names_of_emoji_and_from_right_to_left_are_written_below_the_picture(
    ann: Person, tally: Tally
) -> None:
    now = datetime.now(UTC)
    labels = ["\N{HOT BEVERAGE}\N{FAMILY}", "שלום עולם", "<b>$x$</b>"]
    for value, label in enumerate(labels, start=1):
        await tally.add_totals(ann, [1] * value, label=label, created_at=now)
    for number in range(8):
        await tally.add_totals(ann, [0], label=f"n{number}", created_at=now - timedelta(days=1))
    chart = await switch(ann, await open_chart(ann), "By label")
    lines = (chart.caption or "").splitlines()
    for number, label in enumerate(reversed(labels), start=1):
        count = 4 - number
        shown = isolated(label)
        assert f"{number}. {shown}: {count} total{'s' * (count > 1)}, sum {count}" in lines
    # Text from right to left does not change the order of the text beside it.
    assert isolated(labels[1]) == f"\N{FIRST STRONG ISOLATE}{labels[1]}\N{POP DIRECTIONAL ISOLATE}"
    assert "All others: 3 totals, sum 0" in lines


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.thorough
async def test_long_names_leave_room_for_all_that_is_said_below_the_picture(
    playground: Playground, tally: Tally, language: str
) -> None:
    before = await playground.call_count()
    person = await playground.person("Ann", language_code=language)
    group = await playground.group("g" * 128, members=[person])
    now = datetime.now(UTC)
    for number in range(9):
        label = str(number) + "x" * 63
        values = [999_999_999] * (12 - number)
        await tally.add_totals(person, values, label=label, chat_id=group.id, created_at=now)
    show, kinds, chats, day, chart_, by_label = WORDS[language]
    totals = await open_counter(person, "/totals")
    totals = await follow(person, totals, show, chats, "g" * 29)
    totals = await follow(person, totals, show, kinds, "±1")
    totals = await follow(person, totals, show, day)
    await person.press(totals, chart_)
    chart = await person.until(totals, is_chart, timeout=PATIENCE)
    chart = await switch(person, chart, by_label)
    assert f"\n1. 0{'x' * 28}…: 12 " in (chart.caption or "")
    assert len(chart.caption or "") <= 1024
    assert [call for call in await playground.calls(after=before) if call.error] == []


async def test_a_forged_choice_is_not_taken(ann: Person, tally: Tally) -> None:
    await tally.add_totals(ann, [7], created_at=datetime.now(UTC))
    chart = await open_chart(ann)
    context = (chart.button("Back").callback_data or "").partition("\x1d")[0]
    for forged in ("period:century", "theme:", "by:nothing", "period:filtered"):
        assert await ann.press(chart, data=f"{context}\x1d{forged}") == Answer(None)
    assert (await ann.read(chart)).photo == chart.photo


@pytest.mark.thorough
async def test_a_burst_of_choices_ends_with_the_last(ann: Person, tally: Tally) -> None:
    await tally.add_totals(ann, [7], created_at=datetime.now(UTC))
    chart = await open_chart(ann)
    for label in ("Week", "Year", "Week", "Year"):
        await ann.press(chart, label)
    await ann.until(chart, lambda now: now.labels[0] == ["Week", "Month", "• Year"])


@pytest.mark.thorough
async def test_a_kill_leaves_a_chart_that_goes_on(
    own_playground: Playground, own_tally: Tally
) -> None:
    await own_tally.start()
    ann = await own_playground.person("Ann", language_code="en")
    await own_tally.add_totals(ann, [7], created_at=datetime.now(UTC))
    chart = await open_chart(ann)
    await own_tally.kill()
    await own_tally.start()
    dark = await switch(ann, chart, "Dark")
    assert is_dark(await picture(own_playground, dark))


@pytest.mark.thorough
async def test_a_chart_process_that_dies_is_replaced_unnoticed(
    own_playground: Playground, own_tally: Tally
) -> None:
    await own_tally.start()
    ann = await own_playground.person("Ann", language_code="en")
    await own_tally.add_totals(ann, [7], created_at=datetime.now(UTC))
    chart = await open_chart(ann)
    async with own_tally.logging("charts_restarted"):
        for drawer in own_tally.drawers():
            os.kill(drawer, signal.SIGKILL)
        await switch(ann, chart, "Dark")
    assert len(own_tally.drawers()) == 1
    await own_tally.stop()
    assert own_tally.drawers() == []


async def test_if_no_chart_can_be_drawn_the_text_shows_and_the_buttons_work(
    own_playground: Playground, own_tally: Tally
) -> None:
    await own_tally.start()
    ann = await own_playground.person("Ann", language_code="en")
    await own_tally.add_totals(ann, [7], created_at=datetime.now(UTC))
    totals = await open_counter(ann, "/totals")
    async with own_tally.without_drawers():
        await ann.press(totals, "Chart")
        shown = await ann.until(totals, lambda now: "Dark" in str(now.labels), timeout=PATIENCE)
    assert shown.photo is None
    assert (shown.text or "").startswith("Totals, ")
    dark = await switch(ann, shown, "Dark")
    assert is_dark(await picture(own_playground, dark))
