"""The Mini App on the page of the playground: the choice comes back to the chat."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession

from playground_support.chromium import Browser, Reader, reading
from tests.support.ports import free_port
from tests.support.tally import Tally


@pytest.fixture(scope="module")
async def tally(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Tally]:
    """Give a bot that starts its own playground, as `make run` does."""
    ports = {"PLAYGROUND_PORT": str(free_port()), "WEB_PORT": str(free_port())}
    async with Tally(tmp_path_factory.mktemp("app") / "data", **ports).running() as own:
        yield own


@pytest.fixture
async def reader(browser: Browser, tally: Tally) -> AsyncIterator[Reader]:
    """Give a person who has opened the page of the playground."""
    address = f"http://127.0.0.1:{tally.settings['PLAYGROUND_PORT']}"
    async with reading(browser, address) as own:
        own.trust(f"http://127.0.0.1:{tally.settings['WEB_PORT']}")
        await own.page.locator("#chats button").first.click()
        yield own


async def test_a_choice_in_the_mini_app_comes_back_to_the_chat(reader: Reader) -> None:
    await reader.button("Start").click()
    await reader.send("/special_buttons")
    await reader.key("Mini App").click()
    app = reader.page.frame_locator("iframe")
    await app.get_by_role("heading", name="What would you like?").wait_for()
    await reader.shoot("mini-app")
    await app.get_by_role("button", name="Tea").click()
    await reader.page.locator("#messages .text", has_text="Tea").last.wait_for()
    assert await reader.page.locator("iframe").count() == 0


async def test_the_page_speaks_the_language_of_its_address(tally: Tally) -> None:
    address = f"http://127.0.0.1:{tally.settings['WEB_PORT']}/app"
    async with ClientSession() as session:
        for language, title in (("en", "What would you like?"), ("ru", "Что вам принести?")):
            async with session.get(address, params={"language": language}) as answer:
                page = await answer.text()
                assert f"<h1>{title}</h1>" in page
                assert f'lang="{language}"' in page
        async with session.get(f"{address}/../server.py") as answer:
            assert answer.status == 404


async def test_another_port_is_used_if_none_is_configured(tally: Tally, tmp_path: Path) -> None:
    second = Tally(
        tmp_path / "second" / "data",
        PLAYGROUND_PORT=str(free_port()),
        WEB_PORT=tally.settings["WEB_PORT"],
    )
    second.data.mkdir(parents=True)
    try:
        await second.start()
        assert await second.stop() == 0
    finally:
        await second.clean_up()
