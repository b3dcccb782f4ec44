"""The chat page in a real browser, with a small bot of the tests' own."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, web

from playground import Group, Person, Playground
from tests.playground.bot_side import BotSide
from tests.playground.chromium import Reader, chromium
from tests.playground.page_bot import picture, running_bot

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


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Any]:
    """Give a browser that all tests here share."""
    async with chromium() as own:
        yield own


@pytest.fixture
async def slow(playground: Playground) -> AsyncIterator[asyncio.Event]:
    """Run the bot, and give what its Slow button waits for."""
    event = asyncio.Event()
    async with running_bot(playground, event):
        yield event


@asynccontextmanager
async def reading(browser: Any, playground: Playground, **options: Any) -> AsyncIterator[Reader]:  # noqa: ANN401 - Playwright may be missing
    """Open the page in a profile of its own; nothing may have gone wrong on it at the end."""
    context = await browser.new_context(
        viewport=options.pop("viewport", {"width": 1100, "height": 760}), **options
    )
    reader = Reader(await context.new_page(), playground.url)
    await reader.page.goto(playground.url)
    yield reader
    assert reader.problems == []
    await context.close()


@pytest.fixture
async def reader(
    browser: Any,  # noqa: ANN401
    playground: Playground,
    ann: Person,  # noqa: ARG001 - somebody to play
    slow: asyncio.Event,  # noqa: ARG001 - the bot
) -> AsyncIterator[Reader]:
    """Give somebody who plays Ann and has opened her chat with the bot."""
    async with reading(browser, playground) as own:
        await own.page.locator("#chats button").first.click()
        yield own


async def test_an_empty_playground_is_furnished(
    browser: Any,  # noqa: ANN401
    playground: Playground,
    slow: asyncio.Event,  # noqa: ARG001
) -> None:
    async with reading(browser, playground) as reader:
        await reader.page.get_by_role("radio", name="Борис").wait_for()
        assert await reader.page.locator("#persons button").count() == 3
        assert await reader.page.locator("#chats > li").count() == 3
        await reader.page.get_by_role("button", name="tea_bot").click()
        await reader.page.get_by_role("button", name="Start", exact=True).click()
        await reader.see("Welcome! Again")


async def test_a_counter_is_tapped_and_edited_in_place(reader: Reader) -> None:
    await reader.send("/count")
    await reader.key("+1").click()
    await reader.see("Value: 1")
    await reader.key("+1").click()
    await reader.see("Value: 2")
    await reader.key("-1").click()
    await reader.see("Value: 1")
    assert await reader.page.locator("#messages > li").count() == 2
    await reader.shoot("counter")


async def test_a_tap_counts_while_the_message_is_edited(reader: Reader, ann: Person) -> None:
    await reader.send("/count")
    await reader.key("+1").hover()
    await reader.page.mouse.down()
    await ann.press((await ann.messages())[-1], "+1")  # the same person on another device
    await asyncio.sleep(0.2)  # the page has heard of the edit by now
    async with reader.page.expect_request("**/press"):
        await reader.page.mouse.up()
    await reader.see("Value: 1")


async def test_a_press_turns_a_spinner_until_its_answer(
    reader: Reader, slow: asyncio.Event
) -> None:
    await reader.send("/count")
    await reader.key("Slow").click()
    await reader.page.locator(".key.busy", has_text="Slow").wait_for()
    slow.set()
    await reader.page.get_by_role("status").get_by_text("At last").wait_for()
    await reader.page.locator(".key.busy").wait_for(state="detached")


async def test_an_alert_is_closed_before_anything_else(reader: Reader) -> None:
    await reader.send("/count")
    await reader.key("Alert").click()
    alert = reader.page.get_by_role("dialog")
    await alert.get_by_text("Mind the tea!").wait_for()
    await reader.shoot("alert")
    await reader.page.keyboard.press("Enter")
    await alert.wait_for(state="detached")


async def test_links_and_copies_ask_no_other_host(reader: Reader) -> None:
    await reader.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await reader.send("/count")
    await reader.key("Copy").click()
    await reader.page.get_by_role("status").get_by_text("Copied").wait_for()
    assert await reader.page.evaluate("navigator.clipboard.readText()") == "tea"
    await reader.key("Site").click()
    await reader.page.get_by_role("dialog").get_by_text("https://example.org/").wait_for()
    await reader.page.get_by_role("button", name="Cancel").click()


async def test_a_deep_link_starts_the_bot_with_its_payload(reader: Reader) -> None:
    await reader.send("/start")
    await reader.see("Welcome! Again")
    await reader.page.locator("#messages .link", has_text="Again").click()
    await reader.see("Welcome with tea-1! Again")


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


async def test_things_are_drawn_and_a_poll_is_voted_in(reader: Reader) -> None:
    await reader.send("/things")
    poll = reader.page.locator(".poll")
    await poll.get_by_role("button", name="Coffee").click()
    await poll.get_by_role("button", name="Coffee 1").wait_for()
    for text in ("Dora", "48.85837, 2.29448"):
        await reader.page.locator(".card", has_text=text).wait_for()
    assert await reader.page.locator(".dice").count() == 1
    await reader.shoot("things")


async def test_special_buttons_open_pickers(
    reader: Reader, playground: Playground, ann: Person
) -> None:
    await playground.person("Boris")
    await reader.send("/keys")
    dialog = reader.page.get_by_role("dialog")
    await reader.key("My contact").click()
    await dialog.get_by_text("Boris").click()
    await reader.shoot("contact-picker")
    await dialog.get_by_role("button", name="Share").click()
    await reader.page.locator(".card", has_text="Boris").wait_for()
    await reader.key("My place").click()
    await dialog.get_by_label("Latitude").fill("1.5")
    await reader.page.keyboard.press("Enter")
    await reader.page.locator(".card", has_text="1.50000").wait_for()
    await reader.key("Friends").click()
    await dialog.get_by_text("Boris").click()
    await dialog.get_by_role("button", name="Share").click()
    await dialog.wait_for(state="detached")
    await reader.page.get_by_role("button", name="Share something").click()
    await dialog.get_by_role("button", name="Poll").click()
    await dialog.get_by_label("Question").fill("Tea?")
    await dialog.get_by_label("Options").fill("Yes\nNo")
    await dialog.get_by_role("button", name="Send").click()
    await reader.page.locator(".poll", has_text="Tea?").wait_for()
    kinds = {message.content_type for message in await ann.messages()}
    assert {"contact", "location", "users_shared", "poll"} <= kinds


async def test_a_reply_keyboard_is_shown_used_and_removed(reader: Reader) -> None:
    await reader.send("/keys")
    await reader.key("Coffee").click()
    await reader.see("Heard: Coffee")
    assert await reader.page.get_by_placeholder("Tea or coffee?").count() == 1
    await reader.shoot("reply-keyboard")
    for expected in (0, 1):  # folded away, and out again
        await reader.page.get_by_role("button", name="Reply keyboard").click()
        assert await reader.page.locator(".reply-keys").count() == expected
    await reader.key("Enough").click()
    await reader.see("No keys")
    assert await reader.page.locator(".reply-keys").count() == 0


async def test_a_one_time_keyboard_goes_after_its_use(reader: Reader) -> None:
    await reader.send("/once")
    await reader.key("Tea").click()
    await reader.see("Heard: Tea")
    assert await reader.page.locator(".reply-keys").count() == 0


async def test_a_forced_reply_is_ready_to_be_written(reader: Reader) -> None:
    await reader.send("/ask")
    await reader.page.locator("#quoted").get_by_text("What is your name?").wait_for()
    await reader.send("Ann")
    await reader.see("Hello, Ann")
    await reader.page.locator(".quote").get_by_text("Ann").last.wait_for()


async def test_an_invoice_is_paid(reader: Reader) -> None:
    await reader.send("/bill")
    await reader.key("Pay").click()
    await reader.page.get_by_role("dialog").get_by_text("Hot and green").wait_for()
    await reader.shoot("payment")
    await reader.page.keyboard.press("Enter")
    await reader.see("Thank you")
    await reader.page.locator(".note", has_text="Paid ★ 5").wait_for()


async def test_a_mini_app_runs_in_a_frame_and_sends_data(
    reader: Reader, playground: Playground
) -> None:
    async with serving(MINI_APP.replace("{url}", playground.url)) as url:
        await reader.send(f"/app {url}")
        await reader.key("App").click()
        frame = reader.page.frame_locator("dialog iframe")
        await frame.get_by_text("Hello, Ann").wait_for()
        await reader.shoot("mini-app")
        await reader.page.get_by_role("button", name="Give tea").click()
        await reader.see("Took tea")
    reader.problems = [problem for problem in reader.problems if url not in problem]


async def test_a_game_is_opened_after_a_question(reader: Reader) -> None:
    await reader.send("/game")
    await reader.page.locator(".key").click()
    await reader.page.get_by_role("dialog").get_by_text("https://example.org/game").wait_for()
    await reader.page.keyboard.press("Escape")
    await reader.page.get_by_role("dialog").wait_for(state="detached")


async def test_inline_results_are_offered_and_sent(
    reader: Reader, playground: Playground, group: Group
) -> None:
    await playground.request("PATCH", "bot", {"inline": True})
    await reader.page.get_by_role("button", name=group.title).click()
    await reader.page.get_by_label("Message", exact=True).fill("@tea_bot green tea")
    await reader.page.get_by_role("option", name="Cup").wait_for()
    await reader.shoot("inline-mode")
    await reader.page.keyboard.press("Enter")
    await reader.see("A cup of green tea")


async def test_commands_are_offered_in_the_persons_language(
    reader: Reader, playground: Playground
) -> None:
    text = reader.page.get_by_label("Message", exact=True)
    await text.fill("/")
    options = reader.page.get_by_role("option")
    await options.first.wait_for()
    assert await options.count() == 4
    await reader.shoot("commands")
    await text.press("ArrowDown")
    await text.press("Enter")
    await reader.see("Value: 0")
    await playground.person("Борис", language_code="ru")
    await reader.page.get_by_role("radio", name="Борис").click()
    await reader.page.get_by_role("button", name="Start", exact=True).click()
    await reader.page.get_by_role("button", name="Menu").click()
    await options.get_by_text("Счётчик").wait_for()
    assert await options.count() == 1


async def test_a_second_person_taps_in_the_group(
    reader: Reader, playground: Playground, ann: Person
) -> None:
    boris = await playground.person("Boris", username="boris")
    await playground.group("Friends", creator=ann, members=[boris], bot="administrator")
    await reader.page.get_by_role("button", name="Friends").click()
    await reader.send("/count")
    await reader.key("+1").click()
    await reader.see("Value: 1")
    await reader.page.get_by_role("radio", name="Boris").click()
    await reader.key("+1").click()
    await reader.see("Value: 2")
    await reader.page.locator(".author").get_by_text("Ann").wait_for()
    await reader.shoot("group")


async def test_topics_of_a_forum_are_chats_of_their_own(
    reader: Reader, playground: Playground, ann: Person
) -> None:
    forum = await playground.group("House", creator=ann, is_forum=True, bot="administrator")
    await forum.topic("Kitchen")
    await reader.page.get_by_role("button", name="Kitchen", exact=True).click()
    await reader.send("/count")
    await reader.see("Value: 0")
    await reader.page.get_by_role("button", name="General", exact=True).click()
    await reader.message("Value: 0").wait_for(state="detached")


async def test_messages_are_deleted_and_replied_to(reader: Reader) -> None:
    await reader.send("one")
    await reader.see("Heard: one")
    item = reader.page.locator("#messages > li").last
    await item.hover()
    await item.get_by_role("button", name="Reply").click()
    await reader.send("two")
    await reader.see("Hello, two")
    await reader.page.locator("#messages > li").last.hover()
    await reader.page.locator("#messages > li").last.get_by_role("button", name="Delete").click()
    await reader.message("Hello, two").wait_for(state="detached")


async def test_own_messages_are_edited_and_files_sent(
    reader: Reader, ann: Person, tmp_path: Path
) -> None:
    await reader.send("tae")
    await reader.see("Heard: tae")
    item = reader.page.locator("#messages > li").first
    await item.hover()
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


async def test_the_bot_is_blocked_and_unblocked(reader: Reader, ann: Person) -> None:
    await reader.send("/start")
    await reader.see("Welcome! Again")
    await reader.page.get_by_role("button", name="Block", exact=True).click()
    await reader.page.locator("#single").get_by_text("Unblock").click()
    await reader.send("tea")
    await reader.see("Heard: tea")
    assert (await ann.messages())[-2].text == "tea"


async def test_a_phone_shows_one_pane_at_a_time_and_it_can_be_dark(
    browser: Any,  # noqa: ANN401
    playground: Playground,
    ann: Person,  # noqa: ARG001
    slow: asyncio.Event,  # noqa: ARG001
) -> None:
    phone = {"viewport": {"width": 390, "height": 780}, "color_scheme": "dark", "has_touch": True}
    async with reading(browser, playground, **phone) as reader:
        await reader.page.locator("#chats button").first.tap()
        await reader.page.locator("#chats").wait_for(state="hidden")
        await reader.send("/keys")
        await reader.key("Tea").tap()
        await reader.send("/count")
        await reader.key("+1").tap()
        await reader.see("Value: 1")
        await reader.shoot("phone-dark")
        wide = "document.documentElement.scrollWidth > innerWidth"
        assert not await reader.page.evaluate(wide)
        assert await reader.page.evaluate("getComputedStyle(document.body).color") == (
            "rgb(230, 238, 235)"
        )
        await reader.page.get_by_role("button", name="Back").tap()
        await reader.page.locator("#chats").wait_for()


async def test_the_keyboard_alone_is_enough(
    browser: Any,  # noqa: ANN401
    playground: Playground,
    slow: asyncio.Event,  # noqa: ARG001
) -> None:
    async with reading(browser, playground) as reader:
        press = reader.page.keyboard.press
        await reader.page.get_by_role("radio", name="Ann").wait_for()
        for key in ("Tab", "Tab", "Tab", "Enter"):  # add a person, persons, the first chat
            await press(key)
        start = reader.page.get_by_role("button", name="Start", exact=True)
        await start.wait_for()
        await start.focus()
        await press("Space")
        await reader.see("Welcome! Again")
        await reader.page.get_by_label("Message", exact=True).focus()
        await reader.page.keyboard.type("/count\n")
        await reader.see("Value: 0")
        await reader.page.get_by_label("Message", exact=True).focus()
        while await reader.page.evaluate("document.activeElement.innerText") != "+1":
            await press("Shift+Tab")
        await press("Enter")
        await reader.see("Value: 1")
        await press("Enter")  # the focus has stayed on the button of the edited message
        await reader.see("Value: 2")


async def test_the_page_comes_back_after_a_restart(reader: Reader, playground: Playground) -> None:
    await reader.send("/count")
    await reader.see("Value: 0")
    await playground.server.stop()
    await reader.page.get_by_text("Connecting…").wait_for()
    await playground.server.start()
    await reader.page.get_by_text("Connecting…").wait_for(state="detached")
    await reader.key("+1").click()
    await reader.see("Value: 1")


async def test_a_long_chat_opens_at_its_end_within_a_second(
    browser: Any,  # noqa: ANN401
    playground: Playground,
    bot: BotSide,
    ann: Person,
) -> None:
    for number in range(10_000):
        await bot("sendMessage", chat_id=ann.id, text=f"Message {number}")
    async with reading(browser, playground) as reader:
        chat = reader.page.locator("#chats button").first
        await chat.wait_for()
        begin = time.monotonic()
        await chat.click()
        await reader.see("Message 9999")
        assert time.monotonic() - begin < 1
        assert await reader.page.locator("#messages > li").count() == 100
        await reader.page.locator("#messages > li").first.scroll_into_view_if_needed()
        await reader.see("Message 9800")


async def test_what_changes_elsewhere_comes_by_itself(
    reader: Reader, ann: Person, group: Group
) -> None:
    await reader.page.get_by_role("button", name="Friends").wait_for()
    sent = await ann.send("tea", chat=group)
    await reader.page.locator(".unread").wait_for()
    await reader.page.get_by_role("button", name="Friends").click()
    await reader.see("tea")
    await ann.delete(sent)
    await reader.message("tea").wait_for(state="detached")


async def test_no_other_host_or_page_gets_at_it(playground: Playground) -> None:
    async with ClientSession() as session:
        for path in ("/", "/page/app.js", "/page/style.css"):
            async with session.get(playground.url + path) as response:
                assert response.status == 200
                assert "default-src 'none'" in response.headers["Content-Security-Policy"]
        for path in ("/page/nothing.js", "/page/..%2fstate.py"):
            async with session.get(playground.url + path) as response:
                assert response.status == 404
        for path in ("/page/events", "/page/chats/1/menu?person=1"):
            headers = {"Host": "tea.example"}
            async with session.get(playground.url + path, headers=headers) as response:
                assert response.status == 403
