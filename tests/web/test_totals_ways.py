"""The ways to the page of totals, and the page itself, which loads nothing from other hosts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

from aiohttp import ClientSession

from db.models import Kind
from signed.deep_links import TotalsLink, encode
from telegram_playground import Person, Playground
from tests.dialogs.test_counter import open_counter
from tests.support.groups import make_group
from tests.support.keyboards import receive, until_keyboard
from tests.support.tally import Tally
from tests.web.test_totals_api import Json, address, ask


@asynccontextmanager
async def page(tally: Tally, language: str) -> AsyncIterator[tuple[str, Json]]:
    headers = {"Accept-Language": language}
    async with (
        ClientSession() as session,
        session.get(address(tally), headers=headers) as answer,
    ):
        yield await answer.text(), dict(answer.headers)


async def test_the_page_asks_no_other_host(app_tally: Tally) -> None:
    for language, title in (("en-GB,ru;q=0.5", "Your totals"), ("ru", "Ваши итоги")):
        async with page(app_tally, language) as (text, headers):
            assert f"<title>{title}</title>" in text
            assert "default-src 'none'; script-src 'self'" in headers["Content-Security-Policy"]
            assert "unsafe" not in headers["Content-Security-Policy"]
            assert headers["Referrer-Policy"] == "no-referrer"
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert "//" not in text


async def test_the_page_is_opened_by_menu_button_window_and_reply_button(
    app_playground: Playground, app_tally: Tally, app_ann: Person
) -> None:
    url = "https://example.org/totals"
    await app_tally.add_totals(app_ann, [41])
    call = await app_playground.until_called("setChatMenuButton")
    assert call.params["menu_button"]["web_app"] == {"url": url}

    window = await open_counter(app_ann, "/totals")
    button = window.button("Totals on a page")
    assert button.web_app
    assert button.web_app.url == url

    group = await make_group(app_playground, [app_ann])
    await app_ann.send("/totals", chat=group)
    shared = await app_ann.receive(chat=group)
    assert ["Totals on a page"] not in shared.labels

    await app_ann.send("/special_buttons")
    await receive(app_ann, "Special buttons")
    rows = (await until_keyboard(app_ann))["keyboard"]
    buttons = {button["text"]: button for row in rows for button in row}
    reply = buttons["Totals on a page"]["web_app"]["url"]
    assert reply.startswith(f"{url}?pass=")
    opened_app = await app_ann.open_app(reply, "keyboard")
    assert opened_app["init_data"] == ""
    page_pass = parse_qs(urlsplit(opened_app["url"]).query)["pass"][0]
    status, content = await ask(app_tally, f"pass {page_pass}", "list")
    assert (status, [total["value"] for total in content["totals"]]) == (200, [41])


async def test_a_link_opens_the_page_filtered(app_tally: Tally, app_ann: Person) -> None:
    links = {
        encode(TotalsLink("tea", Kind.NUMBERS)): ("tea", "numbers", None),
        encode(TotalsLink(days=1)): (None, None, f"{datetime.now(UTC):%Y-%m-%d}"),
        "links": (),
        "broken": (),
    }
    for payload, filters in links.items():
        opened_app = await app_ann.open_app("https://example.org/totals", "link", payload)
        status, start = await ask(app_tally, f"tma {opened_app['init_data']}", "start")
        assert (status, tuple(start["link"].values())) == (200, filters)


async def test_without_an_address_the_menu_button_lists_the_commands(
    playground: Playground, ann: Person
) -> None:
    await playground.until_called("getChatMenuButton")
    assert not await playground.calls("setChatMenuButton")
    assert (await open_counter(ann, "/totals")).labels == [["Back"]]
