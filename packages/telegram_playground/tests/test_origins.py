"""Requests from pages of other sites are refused on both sides; tokens are random."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from yarl import URL

from playground_support.bombs import CODINGS, GZIP, SOON, bombs, post, worst_wait
from playground_support.bot_side import BotSide
from playground_support.chromium import Browser
from playground_support.own_process import serving
from telegram_playground import Playground, Server

FOREIGN = [
    {"Host": "tea.example"},
    {"Host": "tea.example:8081"},
    {"Host": "127.0.0.1.tea.example"},
    {"Host": "localhost.:8081"},
    {"Host": "0.0.0.0"},  # noqa: S104 - nothing is bound here
    {"Origin": "http://tea.example"},
    {"Origin": "http://127.0.0.1:1"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "tea"},
]


@pytest.fixture
async def session() -> AsyncIterator[ClientSession]:
    """Give a session for requests that neither bot nor client sends."""
    async with ClientSession() as own:
        yield own


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
async def test_a_page_of_another_site_is_refused_on_both_sides(
    playground: Playground, bot: BotSide, headers: dict[str, str]
) -> None:
    wanted = {"url": "https://tea.example/hook"}
    for verb in ("GET", "POST"):
        async with bot.session.request(
            verb, f"{bot.url}/setWebhook", params=wanted, headers=headers
        ) as response:
            told = await response.json()
        assert (response.status, told["ok"], told["error_code"]) == (403, False, 403)
    for address in (
        f"{playground.url}/file/bot{playground.token}/documents/file_1",
        f"{playground.url}/control",
        f"{playground.url}/page/events",
    ):
        async with bot.session.get(address, headers=headers) as response:
            assert response.status == 403
    assert (await bot("getWebhookInfo"))["url"] == ""
    assert await playground.calls("setWebhook") == []


async def test_a_bot_can_use_every_loopback_name(bot: BotSide) -> None:
    for headers in (
        {"Host": "localhost:8081"},
        {"Host": "LOCALHOST"},
        {"Host": "[::1]:8081"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "same-origin"},
    ):
        async with bot.session.get(f"{bot.url}/getMe", headers=headers) as response:
            assert response.status == 200


async def test_a_bot_can_use_a_name_that_the_server_was_given(session: ClientSession) -> None:
    server = Server(port=0, hosts=["Playground"])
    await server.start()
    url = f"{server.url}/bot{server.token}/getMe"
    for name in ("playground", "playground:8081"):
        async with session.get(url, headers={"Host": name}) as response:
            assert response.status == 200
    async with session.get(url, headers={"Host": "tea"}) as response:
        told = (await response.json())["description"]
    assert told == "Forbidden: this server is not called tea; --allow-host names it"
    await server.stop()


@pytest.mark.thorough
async def test_no_page_in_a_browser_can_set_the_webhook(
    browser: Browser, playground: Playground, bot: BotSide
) -> None:
    wish = f"{bot.url}/setWebhook?url=https://tea.example/"

    async def show(_request: web.Request) -> web.Response:
        text = f"""<img src="{wish}img"><script>
            const done = new Promise((end) => document.images[0].onerror = end);
            const form = new FormData();
            window.tried = Promise.allSettled([done, fetch("{wish}get", {{mode: "no-cors"}}),
              fetch("{wish}post", {{mode: "no-cors", method: "POST", body: form}})]);
            </script>"""
        return web.Response(text=text, content_type="text/html")

    app = web.Application()
    app.router.add_get("/", show)
    async with TestServer(app) as site:
        page = await browser.new_page()
        await page.goto(str(site.make_url("/")))
        await page.evaluate("window.tried.then(() => null)")
        await page.close()
    assert (await bot("getWebhookInfo"))["url"] == ""
    assert await playground.calls("setWebhook") == []


async def test_a_token_is_random_each_time_and_can_be_given() -> None:
    tokens = set()
    for _ in range(2):
        async with Playground() as own:
            tokens.add(own.token)
            assert own.bot.id == int(own.token.partition(":")[0])
    assert len(tokens) == 2
    assert min(len(token.partition(":")[2]) for token in tokens) >= 32
    async with Playground("5:tea") as own:
        assert own.token == "5:tea"


async def test_a_folder_keeps_the_token_readable_by_its_owner_only(tmp_path: Path) -> None:
    tokens = []
    for _ in range(2):
        async with Playground(data_dir=tmp_path) as own:
            tokens.append(own.token)
            await own.request("POST", "reset", {})
    assert tokens[0] == tokens[1]
    file = tmp_path / "1234567" / "token"
    assert file.stat().st_mode & 0o777 == 0o600
    file.write_bytes(b"\xff")
    async with Playground(data_dir=tmp_path) as own:
        assert own.token not in tokens
    async with Playground("1234567:tea", data_dir=tmp_path) as own:
        assert own.token == "1234567:tea"


async def test_the_command_line_tells_the_token(tmp_path: Path) -> None:
    async with serving("--data-dir", str(tmp_path)) as (url, process):
        assert process.stdout is not None
        guide = (await process.stdout.readuntil(b"Stop it")).decode()
    file = tmp_path / "1234567" / "token"
    assert f"token {file.read_text()}, Bot API server {url}" in guide


async def test_a_compressed_bomb_delays_no_request_on_any_path() -> None:
    async with serving("--token", "5:tea") as (url, _):
        for path in ("/bot5:tea/getMe", "/bot5:no/getMe", "/control/persons", "/", "/no"):
            attack = bombs(int(url.rpartition(":")[2]), path)
            assert await worst_wait(f"{url}/bot5:tea/getMe", *attack) < SOON


@pytest.mark.parametrize("coding", CODINGS)
async def test_a_body_that_is_compressed_is_refused(bot: BotSide, coding: str) -> None:
    url = URL(bot.url)
    assert url.port
    headers = {"Content-Encoding": coding, "Content-Type": "application/json"}
    for path in (f"{url.path}/getMe", "/control/persons"):
        assert await post(url.port, path, GZIP[:1000], headers) == 415
