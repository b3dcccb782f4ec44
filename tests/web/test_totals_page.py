"""The page of totals in a real browser: by mouse, keys and touch, in both languages and themes."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest

from db.models import Kind
from playground_support.chromium import SCREENSHOTS, Browser, Reader, reading
from signed.deep_links import TotalsLink, encode
from telegram_playground import Client, Person
from tests.support.ports import free_port
from tests.support.samples import new_total
from tests.support.tally import Tally

PHONE = {"viewport": {"width": 390, "height": 780}, "has_touch": True, "locale": "ru"}
NIGHT = {
    "bg_color": "#17212b",
    "secondary_bg_color": "#232e3c",
    "text_color": "#f5f5f5",
    "hint_color": "#708499",
    "button_color": "#5288c1",
    "button_text_color": "url(https://example.org)",
}
"""A Telegram theme that contains a value that is not a colour."""

BARS = "svg [role=option]"

TOTALS = 60
PART = 30
"""Number of totals in one part of the list."""


@pytest.fixture(scope="module")
async def tally(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Tally]:
    """Give a bot that starts its own playground, as `make run` does."""
    ports = {"PLAYGROUND_PORT": str(free_port()), "WEB_PORT": str(free_port())}
    async with Tally(tmp_path_factory.mktemp("page") / "data", **ports).running() as own:
        yield own


@pytest.fixture(scope="module")
async def playground(tally: Tally) -> AsyncIterator[Client]:
    """Give the bot's own playground."""
    async with Client(f"http://127.0.0.1:{tally.settings['PLAYGROUND_PORT']}") as client:
        yield client


async def fill(tally: Tally, person: Person) -> None:
    """Save totals of the last thirty days, the newest 0, the ones before 1, 2, 3, ..."""
    now = datetime.now(UTC)
    labels = ("cups of tea", "<b>bold</b>", "כוסות תה", None)
    await tally.keep(
        new_total(
            user_id=person.id,
            chat_id=person.id,
            kind=list(Kind)[number % 2],
            label=labels[number % len(labels)],
            value=number,
            created_at=now - timedelta(hours=12 * number),
        )
        for number in range(TOTALS)
    )


async def open_chat(reader: Reader, tally: Tally, name: str) -> None:
    """Open the chat with the bot as a new person."""
    reader.trust(f"http://127.0.0.1:{tally.settings['WEB_PORT']}")
    await reader.act_as(name)
    await reader.page.locator("#chats button").first.click()


@pytest.mark.thorough
async def test_totals_are_looked_at_by_keyboard_and_mouse(
    tally: Tally, playground: Client, browser: Browser
) -> None:
    ann = await playground.person("Ann", language_code="en")
    async with reading(browser, playground.url) as reader:
        await open_chat(reader, tally, "Ann")
        await reader.button("Start").click()
        await reader.page.locator("#menu").click()
        page = reader.page.frame_locator("iframe")
        await page.get_by_text("Nothing is confirmed yet.").wait_for()
        await reader.shoot("totals-none")
        await reader.button("Close").click()

        await fill(tally, ann)
        await reader.page.locator("#menu").click()
        await page.get_by_text("All", exact=True).click()
        await page.get_by_text("60 totals").wait_for()
        assert await page.locator("#sum").inner_text() == "1,770"
        rows, readout = page.locator("#rows li"), page.locator("#readout")
        assert await rows.count() == PART
        await rows.last.scroll_into_view_if_needed()
        await rows.nth(TOTALS - 1).wait_for()
        assert await rows.locator("b").all_text_contents() == [str(n) for n in range(TOTALS)]
        assert await page.locator("#more").is_hidden()

        bar = page.locator(f"{BARS}[aria-selected=true]")
        last = await bar.get_attribute("aria-label")
        await bar.press("ArrowLeft")
        assert await bar.evaluate("bar => bar === document.activeElement")
        said = str(await bar.get_attribute("aria-label"))
        assert said != last
        day, _, numbers = said.rpartition(": ")
        assert (await readout.inner_text()).split() == [
            *day.split(),
            *numbers.replace(",", "").split(),
        ]
        await page.get_by_text("Year", exact=True).click()
        await readout.get_by_role("button").wait_for()
        await bar.press("Enter")
        await page.get_by_role("radio", name="Month", checked=True).wait_for()
        await page.get_by_role("button", name="Earlier").click()
        await page.locator("main:not([aria-busy])").wait_for()
        await page.get_by_role("button", name="Later").click()
        await reader.shoot("totals-light")

        await page.get_by_text("All", exact=True).click()
        await page.get_by_text("By label").click()
        await page.get_by_role("button", name="<b>bold</b>").click()
        await page.locator("#totals:text-is('15 totals')").wait_for()
        assert await rows.locator(".name").all_text_contents() == ["<b>bold</b>"] * 15
        await page.get_by_label("Counter").select_option("±1")
        await page.get_by_text("Nothing was confirmed here.").wait_for()
        await page.get_by_label("Counter").select_option("Any")
        await page.locator("#totals:text-is('15 totals')").wait_for()


@pytest.mark.thorough
async def test_errors_are_shown(tally: Tally, playground: Client, browser: Browser) -> None:
    clara = await playground.person("Clara", language_code="en")
    await fill(tally, clara)
    address = f"http://127.0.0.1:{tally.settings['WEB_PORT']}/totals"
    app = await clara.open_app(address, "menu")
    async with reading(browser, app["url"]) as reader:
        page, rows = reader.page, reader.page.locator("#rows li")

        async def cut() -> None:
            await page.route("**/totals/api/**", lambda route: route.abort("connectionrefused"))

        async def mend() -> None:
            await page.get_by_role("alert").get_by_text("The bot can't be reached.").wait_for()
            await page.unroute("**/totals/api/**")
            await page.get_by_role("button", name="Try again").click()
            await page.get_by_role("alert").wait_for(state="hidden")

        await page.get_by_text("All", exact=True).click()
        await page.get_by_text("60 totals").wait_for()
        await page.locator("main:not([aria-busy])").wait_for()
        await cut()
        await rows.nth(PART - 1).scroll_into_view_if_needed()
        await mend()
        await rows.nth(TOTALS - 1).wait_for()

        await page.get_by_text("Dates", exact=True).click()
        await page.get_by_label("From", exact=True).fill("2026-02-03")
        await page.get_by_label("To", exact=True).fill("2026-02-02")
        assert not await page.get_by_label("To", exact=True).evaluate("end => end.checkValidity()")

        await page.get_by_label("From", exact=True).fill("2000-01-01")
        await page.get_by_label("To", exact=True).fill("2000-12-31")
        await page.get_by_text("Year", exact=True).click()
        assert await page.get_by_role("button", name="Earlier").is_disabled()

        await cut()
        await page.get_by_text("Week", exact=True).click()
        await mend()
        await page.get_by_text("Nothing was confirmed here.").wait_for()
        await page.locator("main:not([aria-busy])").wait_for()
        assert await page.get_by_role("alert").is_hidden()
    # The browser itself logs a refused request on its console.
    async with await browser.new_page(locale="ru") as page:
        await page.goto(address)
        await page.get_by_role("alert").get_by_text("Эта страница – часть Telegram").wait_for()
        await page.screenshot(path=SCREENSHOTS / "totals-unknown.png")


async def test_a_link_opens_the_page_as_it_filters(
    tally: Tally, playground: Client, browser: Browser
) -> None:
    dan = await playground.person("Dan", language_code="en")
    await fill(tally, dan)
    address = f"http://127.0.0.1:{tally.settings['WEB_PORT']}/totals"
    payload = encode(TotalsLink("cups of tea", Kind.NUMBERS, days=366))
    app = await dan.open_app(address, "link", payload)
    async with reading(browser, app["url"]) as reader:
        page = reader.page
        await page.locator("#totals:text-is('15 totals')").wait_for()
        await page.get_by_role("radio", name="Dates", checked=True).wait_for()
        since = await page.get_by_label("From", exact=True).input_value()
        assert since == f"{datetime.now(UTC) - timedelta(days=365):%Y-%m-%d}"
        assert await page.locator("#filters select.chosen").count() == 2
        await page.get_by_label("Counter").select_option("Any")
        await page.locator("#totals:text-is('15 totals')").wait_for()


@pytest.mark.thorough
async def test_on_a_phone_the_page_has_telegrams_colours_in_russian(
    tally: Tally, playground: Client, browser: Browser
) -> None:
    boris = await playground.person("Борис", language_code="ru")
    await fill(tally, boris)
    async with reading(browser, playground.url, **PHONE, color_scheme="dark") as reader:
        await open_chat(reader, tally, "Борис")
        await reader.button("Start").click()
        await reader.send("/special_buttons")
        await reader.key("Итоги на странице").click()
        page = reader.page.frame_locator("iframe")
        await page.get_by_role("heading", name="Ваши итоги").wait_for()
        await reader.shoot("totals-reply-button")

    address = f"http://127.0.0.1:{tally.settings['WEB_PORT']}/totals"
    app = await boris.open_app(address, "menu")
    theme = urlencode({"tgWebAppThemeParams": json.dumps(NIGHT)})
    async with reading(browser, f"{app['url']}&{theme}", **PHONE) as reader:
        page = reader.page
        await page.get_by_text("Всё", exact=True).click()
        await page.get_by_text("60 итогов").wait_for()
        await page.wait_for_load_state("networkidle")
        for part, colour in (("body", "rgb(35, 46, 60)"), (".card >> nth=0", "rgb(23, 33, 43)")):
            style = await page.locator(part).evaluate(
                "part => getComputedStyle(part).backgroundColor"
            )
            assert style == colour
        readout = page.locator("#readout")
        before = await readout.inner_text()
        await page.locator(BARS).nth(3).locator(".bar").tap()
        assert await readout.inner_text() != before
        assert await page.evaluate("document.documentElement.scrollWidth") <= 390
        await reader.shoot("totals-phone-dark")
        await page.get_by_text("По названиям").tap()
        await page.get_by_role("button", name="כוסות תה").tap()
        await page.get_by_text("15 итогов").first.wait_for()
        await reader.shoot("totals-phone-dark-label")
