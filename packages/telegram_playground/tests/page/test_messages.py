"""Messages: formatted, with files, edited, deleted, replied to."""

from pathlib import Path

import pytest

from playground_support.chromium import Reader
from playground_support.page.bot_texts import picture
from telegram_playground import Person, Playground

DURATION = """audio => new Promise((resolve) => {
    if (audio.readyState) resolve(audio.duration);
    else audio.onloadedmetadata = () => resolve(audio.duration);
})"""
"""Tells how many seconds a sound takes, once the browser knows."""


async def test_formatted_texts_are_drawn_and_markup_stays_text(reader: Reader) -> None:
    await reader.send("/format")
    texts = reader.page.locator("#messages .text")
    await texts.get_by_text("<script>").wait_for()
    for tag, text in (("b", "Bold"), ("em", "italic"), ("code", "code"), ("pre", 'print("tea")')):
        assert await texts.locator(tag).first.inner_text() == text
    assert await reader.page.locator("#messages :is(img, script)").count() == 0
    hidden = reader.page.get_by_role("button", name="Hidden text")
    await hidden.press("Enter")
    await texts.locator(".spoiler.shown").wait_for()
    await reader.page.get_by_role("button", name="/count").first.click()
    await reader.see("Value: 0")
    await reader.shoot("formatted")


@pytest.mark.thorough
async def test_a_deep_link_starts_the_bot_with_its_payload(reader: Reader) -> None:
    await reader.send("/start")
    await reader.see("Welcome! Again")
    await reader.page.locator("#messages .link", has_text="Again").click()
    await reader.see("Welcome with tea-1! Again")


@pytest.mark.thorough
async def test_photos_are_shown_and_documents_downloaded(reader: Reader) -> None:
    await reader.send("/files")
    await reader.see("A picture")
    photo = reader.page.locator("img.photo")
    await photo.wait_for()
    await reader.page.wait_for_function("document.querySelector('img.photo').naturalWidth === 240")
    async with reader.page.expect_download() as download:
        await reader.page.locator("a.card", has_text="totals.csv").click()
    saved = await download.value
    assert saved.suggested_filename == "totals.csv"
    assert (await saved.path()).read_bytes() == b"tea,2\n"
    await reader.shoot("files")


@pytest.mark.thorough
async def test_sounds_are_played_and_what_can_not_be_played_is_downloaded(reader: Reader) -> None:
    await reader.send("/media")
    for label in ("Dora – Tea", "Voice message"):
        audio = reader.page.get_by_label(label)
        await audio.wait_for()
        assert await audio.evaluate(DURATION) == pytest.approx(0.1)
    await reader.page.get_by_text("Dora – Tea").wait_for()
    await reader.page.get_by_alt_text("Animation").wait_for()
    async with reader.page.expect_download() as download:
        await reader.page.locator("a.card", has_text="Video").click()
    assert (await (await download.value).path()).read_bytes() == b"no film"
    await reader.shoot("media")


@pytest.mark.thorough
async def test_contacts_places_and_dice_are_drawn(reader: Reader) -> None:
    await reader.send("/things")
    for text in ("Dora", "48.85837, 2.29448", "Tea house"):
        await reader.page.locator(".card", has_text=text).wait_for()
    assert await reader.page.locator(".dice").count() == 1
    await reader.shoot("things")


async def test_messages_are_deleted_and_replied_to(reader: Reader) -> None:
    await reader.send("one")
    await reader.see("Heard: one")
    item = reader.page.locator("#messages > li").last
    await item.locator(".bubble").hover()
    await item.get_by_role("button", name="Reply").click()
    await reader.send("two")
    await reader.see("Hello, two")
    await reader.page.locator("#messages .bubble").last.hover()
    await reader.page.locator("#messages > li").last.get_by_role("button", name="Delete").click()
    await reader.message("Hello, two").wait_for(state="detached")


@pytest.mark.thorough
async def test_own_messages_are_edited_and_files_sent(
    reader: Reader, ann: Person, tmp_path: Path
) -> None:
    await reader.send("tae")
    await reader.see("Heard: tae")
    item = reader.page.locator("#messages > li").first
    await item.locator(".bubble").hover()
    await item.get_by_role("button", name="Edit").click()
    await reader.send("tea")
    await reader.see("tea")
    assert (await ann.messages())[0].edited
    (tmp_path / "tea.png").write_bytes(picture())
    await reader.page.get_by_role("button", name="Share something").click()
    async with reader.page.expect_file_chooser() as chooser:
        await reader.page.get_by_role("button", name="Photo or file").click()
    await (await chooser.value).set_files(tmp_path / "tea.png")
    await reader.page.locator("img.photo").wait_for()


@pytest.mark.thorough
async def test_commands_are_offered_in_the_persons_language(
    reader: Reader, playground: Playground
) -> None:
    text = reader.input
    await text.fill("/")
    options = reader.page.get_by_role("option")
    await options.first.wait_for()
    assert await options.count() == 4
    await reader.shoot("commands")
    await text.press("ArrowDown")
    await text.press("Enter")
    await reader.see("Value: 0")
    await playground.person("Борис", language_code="ru")
    await reader.act_as("Борис")
    await reader.button("Start").click()
    await reader.page.get_by_role("button", name="Menu").click()
    await options.get_by_text("Счётчик").wait_for()
    assert await options.count() == 1
