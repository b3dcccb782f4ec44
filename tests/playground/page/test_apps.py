"""Mini Apps, games and logins: pages of the bot."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from playground import Playground
from tests.playground.page.chromium import Reader

MINI_APP = """\
<!doctype html>
<title>App</title>
<script src="{url}/page/bridge.js"></script>
<p id="hello"></p>
<script>
  const app = Telegram.WebApp;
  hello.textContent = `Hello, ${app.initDataUnsafe.user.first_name}`;
  app.MainButton.setText("Give tea").show().onClick(() => app.sendData("tea"));
  app.ready();
</script>
"""


@asynccontextmanager
async def serving(text: str) -> AsyncIterator[str]:
    """Serve a page of the bot's."""

    async def show(_request: web.Request) -> web.Response:
        return web.Response(text=text, content_type="text/html")

    app = web.Application()
    app.router.add_get("/app", show)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/app"
    await runner.cleanup()


async def test_a_mini_app_runs_in_a_frame_and_sends_data(
    reader: Reader, playground: Playground
) -> None:
    async with serving(MINI_APP.replace("{url}", playground.url)) as url:
        reader.trust(url)
        await reader.send(f"/app {url}")
        await reader.key("App").click()
        frame = reader.page.frame_locator("dialog iframe")
        await frame.get_by_text("Hello, Ann").wait_for()
        await reader.shoot("mini-app")
        await reader.page.get_by_role("button", name="Give tea").click()
        await reader.see("Took tea")


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
