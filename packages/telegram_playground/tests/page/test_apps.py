"""Mini Apps, games and logins, with web pages of the bot."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiogram.utils.auth_widget import check_integrity
from aiogram.utils.web_app import safe_parse_webapp_init_data
from aiohttp import web

from playground_support.bot_side import BotSide
from playground_support.chromium import Reader
from telegram_playground import Playground

KEYBOARD_APP = """\
<!doctype html>
<title>App</title>
<script src="{url}/page/bridge.js"></script>
<p id="hello"></p>
<script>
  const app = Telegram.WebApp;
  hello.textContent = `Hello, ${app.initDataUnsafe.user?.first_name ?? "whoever you are"}`;
  app.MainButton.setText("Give tea").show().onClick(() => app.sendData("tea"));
  app.ready();
</script>
"""

SHOP = """\
<!doctype html>
<title>Shop</title>
<script src="{url}/page/bridge.js"></script>
<button>Order tea</button>
<script>
  const app = Telegram.WebApp;
  document.querySelector("button").onclick = async () => {
    await fetch("/order", { method: "POST", body: app.initData });
    app.close();
  };
</script>
"""

TILL = """\
<!doctype html>
<title>Till</title>
<script src="{url}/page/bridge.js"></script>
<button>Pay</button>
<script>
  const app = Telegram.WebApp;
  const bill = app.initDataUnsafe.start_param;
  document.querySelector("button").onclick = () => app.openInvoice(
    `https://t.me/$${bill}`, (status) => document.body.append(`This bill is ${status}`));
</script>
"""

Answer = Callable[[web.Request], Awaitable[web.Response]]


@asynccontextmanager
async def serving(reader: Reader, **pages: Answer) -> AsyncIterator[str]:
    """Serve web pages of the bot, by their names."""
    app = web.Application()
    app.add_routes([web.route("*", f"/{name}", page) for name, page in pages.items()])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    reader.trust(url)
    yield url
    await runner.cleanup()


def page_of(text: str, playground: Playground) -> Answer:
    """Make a page that includes the playground's script."""

    async def show(_request: web.Request) -> web.Response:
        return web.Response(text=text.replace("{url}", playground.url), content_type="text/html")

    return show


def shop(playground: Playground, bot: BotSide) -> dict[str, Answer]:
    """Make a shop and its till, which accepts persons with signed data."""

    async def order(request: web.Request) -> web.Response:
        data = safe_parse_webapp_init_data(playground.token, await request.text())
        assert data.user
        text = f"{data.user.first_name} has ordered tea"
        content = {"input_message_content": {"message_text": text}}
        result = {"type": "article", "id": "1", "title": "Tea", **content}
        await bot("answerWebAppQuery", web_app_query_id=data.query_id, result=result)
        return web.Response()

    return {"app": page_of(SHOP, playground), "order": order}


@pytest.mark.thorough
async def test_a_mini_app_of_a_reply_button_sends_data(
    reader: Reader, playground: Playground
) -> None:
    async with serving(reader, app=page_of(KEYBOARD_APP, playground)) as url:
        await reader.send(f"/app {url}/app")
        await reader.key("App").click()
        frame = reader.page.frame_locator("dialog iframe")
        await frame.get_by_text("Hello, whoever you are").wait_for()
        await reader.shoot("mini-app")
        await reader.button("Give tea").click()
        await reader.see("Took tea")


async def test_a_mini_app_of_an_inline_button_has_the_bot_write_for_the_person(
    reader: Reader, playground: Playground, bot: BotSide
) -> None:
    async with serving(reader, **shop(playground, bot)) as url:
        await reader.send(f"/inline_app {url}/app")
        await reader.key("Shop").click()
        await reader.page.frame_locator("dialog iframe").get_by_text("Order tea").click()
        await reader.see("Ann has ordered tea")
        await reader.dialog.wait_for(state="detached")


@pytest.mark.thorough
async def test_a_mini_app_of_the_menu_button_is_opened(
    reader: Reader, playground: Playground, bot: BotSide
) -> None:
    async with serving(reader, **shop(playground, bot)) as url:
        await reader.send(f"/menu_app {url}/app")
        await reader.button("Tea shop").click()
        await reader.page.frame_locator("dialog iframe").get_by_text("Order tea").click()
        await reader.see("Ann has ordered tea")


@pytest.mark.thorough
async def test_a_link_opens_a_mini_app_that_has_a_bill_paid(
    reader: Reader, playground: Playground, bot: BotSide
) -> None:
    price = {"currency": "XTR", "prices": [{"label": "Tea", "amount": 5}]}
    tea = {"title": "Tea", "description": "For two", "payload": "pot"}
    bill = (await bot("createInvoiceLink", **tea, **price)).removeprefix("https://t.me/$")
    async with serving(reader, app=page_of(TILL, playground)) as url:
        button = {"type": "web_app", "text": "Till", "web_app": {"url": f"{url}/app"}}
        await bot("setChatMenuButton", menu_button=button)
        await reader.send(f"https://t.me/tea_bot?startapp={bill}")
        await reader.page.locator("#messages .link", has_text="startapp").first.click()
        frame = reader.page.frame_locator("dialog iframe")
        await frame.get_by_text("Pay").click()
        await reader.page.get_by_role("dialog", name="Tea").get_by_text("For two").wait_for()
        await reader.page.keyboard.press("Enter")
        await frame.get_by_text("This bill is paid").wait_for()


@pytest.mark.thorough
async def test_a_login_takes_signed_data_to_the_bots_page_after_a_question(
    reader: Reader, playground: Playground
) -> None:
    async def greet(request: web.Request) -> web.Response:
        assert check_integrity(playground.token, dict(request.query))
        greeting = f'<link rel="icon" href="data:,">Welcome, {request.query["first_name"]}'
        return web.Response(text=greeting, content_type="text/html")

    async with serving(reader, login=greet) as url:
        await reader.send(f"/login {url}/login")
        await reader.key("Log in").click()
        await reader.dialog.get_by_text("Log in as Ann?").wait_for()
        await reader.shoot("login")
        async with reader.page.context.expect_page() as opened:
            await reader.dialog.get_by_role("button", name="Log in").click()
        await (await opened.value).get_by_text("Welcome, Ann").wait_for()


@pytest.mark.thorough
async def test_a_game_shows_its_high_scores_and_is_opened_after_a_question(
    reader: Reader,
) -> None:
    await reader.send("/game")
    await reader.page.locator(".scores").get_by_text("Ann 42").wait_for()
    await reader.shoot("game")
    await reader.page.locator(".key").click()
    await reader.dialog.get_by_text("https://example.org/game").wait_for()
    await reader.page.keyboard.press("Escape")
    await reader.dialog.wait_for(state="detached")
