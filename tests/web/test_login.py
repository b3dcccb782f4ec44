"""The login page over HTTP: which logins it accepts, sessions, and who can log out."""

from collections.abc import AsyncIterator, Callable
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from aiohttp import ClientSession, DummyCookieJar

from telegram_playground import Person, Playground
from tests.dialogs.test_menu import MENU
from tests.support.browsers import Browser, form_token, log_in, signed
from tests.support.tally import Tally

Spoil = Callable[[str], str]
OTHER_BOT = "7654321:another"


@pytest.fixture
async def browser(app_tally: Tally) -> AsyncIterator[Browser]:
    """Give a client without cookies."""
    async with ClientSession(cookie_jar=DummyCookieJar()) as session:
        yield Browser(session, f"http://127.0.0.1:{app_tally.settings['WEB_PORT']}")


async def test_from_the_button_to_the_page_and_out_again(browser: Browser, app_ann: Person) -> None:
    await app_ann.change(username="ann_tea", last_name="Lee")
    await app_ann.send("/links")
    button = (await app_ann.receive()).button("Log in").login_url
    assert button is not None
    arrived = await browser.ask(urlsplit(await app_ann.log_in(button.url)).query)
    assert arrived.status == 303
    assert arrived.response.headers["Location"] == "login?language=en"
    cookie = arrived.cookie
    assert cookie is not None
    assert (cookie["httponly"], cookie["secure"], cookie["samesite"]) == (True, True, "Lax")
    assert (cookie["max-age"], cookie["path"]) == ("86400", "/")
    inside = await browser.ask("language=en", cookie.value)
    assert inside.status == 200
    assert "<bdi>Ann Lee</bdi>" in inside.text
    assert "@ann_tea" in inside.text
    assert str(app_ann.id) in inside.text
    left = await browser.ask("language=en", cookie.value, post=form_token(inside.text))
    assert (left.status, left.response.headers["Location"]) == (303, "login?language=en")
    assert left.cookie is not None
    assert (left.cookie.value, left.cookie["max-age"]) == ("", "0")


async def test_the_chat_stays_as_it_is_when_telegram_tells_of_a_login(
    app_playground: Playground, app_ann: Person
) -> None:
    await app_ann.send("/links")
    window = await app_ann.receive()
    await app_ann.log_in("https://example.org/login", write=True)
    await app_playground.until_pending(0)
    await app_ann.press(window, "Back")
    await app_ann.until(window, lambda message: message.labels == MENU)
    assert len(await app_ann.messages()) == 3


async def test_a_visitor_is_offered_telegrams_widget_and_the_chat(
    browser: Browser,
) -> None:
    page = await browser.ask("language=ru")
    assert page.status == 200
    assert 'data-telegram-login="playground_bot"' in page.text
    assert 'data-auth-url="login?language=ru"' in page.text
    assert 'data-request-access="write"' in page.text
    assert 'href="https://t.me/playground_bot?start=links"' in page.text


@pytest.mark.parametrize(
    ("query", "language", "title"),
    [
        ("language=ru", "en", "Вход через Telegram"),
        ("", "ru-RU,ru;q=0.9,en;q=0.8", "Вход через Telegram"),
        ("", "en-GB,en", "Log in with Telegram"),
        ("language=xx&from=elsewhere", "ru", "Log in with Telegram"),
        ("", "", "Log in with Telegram"),
    ],
)
async def test_it_speaks_the_language_of_its_address_or_else_of_the_browser(
    browser: Browser, query: str, language: str, title: str
) -> None:
    assert f"<h1>{title}</h1>" in (await browser.ask(query, language=language)).text


async def test_nothing_is_cached_framed_or_loaded_from_elsewhere(
    browser: Browser, app_playground: Playground
) -> None:
    good = signed(app_playground.token)
    cookie = await log_in(browser, app_playground)
    for query, session in (("", ""), ("", cookie), ("id=1", ""), (good, "")):
        headers = (await browser.ask(query, session)).response.headers
        assert headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] == "strict-origin"
        assert headers["X-Content-Type-Options"] == "nosniff"
    policy = (await browser.ask()).response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


def changed(query: str, **fields: str) -> str:
    """Change fields of a signed query."""
    return urlencode({**dict(parse_qsl(query)), **fields})


def without(query: str, name: str) -> str:
    """Take a field out of a signed query."""
    return urlencode([item for item in parse_qsl(query) if item[0] != name])


@pytest.mark.parametrize(
    ("spoil", "status"),
    [
        (lambda query: changed(query, id="1000002"), 403),
        (lambda query: changed(query, first_name="<script>ann_secret"), 403),
        (lambda query: changed(query, hash="0" * 64), 403),
        (lambda query: changed(query, hash="é" * 64), 403),
        (lambda query: changed(query, hash=""), 403),
        (lambda query: changed(query, photo_url="https://evil.example"), 403),
        (lambda query: f"{query}&token=123:abc", 403),
        (lambda query: changed(query, first_name="ann_secret" * 700), 403),
        (lambda query: f"{query}&first_name=%ED%A0%80%FF", 400),
        (lambda query: without(query, "hash"), 400),
        (lambda query: without(query, "id"), 400),
        (lambda query: without(query, "auth_date"), 400),
        (lambda query: f"{query}&id=1000002", 400),
        (lambda query: f"{query}&hash={'0' * 64}", 400),
        (lambda query: changed(query, auth_date="9" * 5000), 400),
        (lambda query: changed(query, auth_date="-1"), 400),
        (lambda query: changed(query, id="١"), 400),
        (lambda query: changed(query, first_name="ann_secret" * 10_000), 400),
        (lambda _query: signed(OTHER_BOT), 403),
        (lambda _query: "id=1&id=1", 400),
    ],
)
async def test_a_damaged_login_is_refused_and_nothing_of_it_is_shown_or_logged(
    browser: Browser, app_playground: Playground, app_tally: Tally, spoil: Spoil, status: int
) -> None:
    logged = app_tally.log.read_text()
    refused = await browser.ask(spoil(signed(app_playground.token)))
    assert refused.status == status
    assert refused.cookie is None
    assert "<script>ann" not in refused.text
    assert "https://evil.example" not in refused.text
    assert app_tally.log.read_text() == logged


@pytest.mark.parametrize(("age", "status"), [(3500, 303), (3700, 401), (-30, 303), (-120, 401)])
async def test_a_login_counts_for_an_hour_and_not_before_its_time(
    browser: Browser, app_playground: Playground, age: float, status: int
) -> None:
    answer = await browser.ask(signed(app_playground.token, age))
    assert answer.status == status
    assert (answer.cookie is not None) == (status == 303)
    if status == 401:
        said = "That login is not valid now" if age > 0 else "The bot&#x27;s clock"
        assert f'role="alert">{said}' in answer.text


async def test_a_name_is_shown_as_it_is(browser: Browser, app_playground: Playground) -> None:
    cookie = await log_in(browser, app_playground, first_name='<img src=x onerror="alert(1)">&')
    page = (await browser.ask(cookie=cookie)).text
    assert "<bdi>&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&amp;</bdi>" in page
    assert "<img src=x" not in page


async def test_a_session_survives_a_forged_login(
    browser: Browser, app_playground: Playground
) -> None:
    cookie = await log_in(browser, app_playground)
    assert (await browser.ask("id=1&auth_date=1&hash=0", cookie)).cookie is None
    assert "<bdi>Ann</bdi>" in (await browser.ask(cookie=cookie)).text


async def test_a_forged_session_is_refused(browser: Browser, app_playground: Playground) -> None:
    cookie = await log_in(browser, app_playground)
    payload, _, mark = cookie.rpartition(".")
    page = (await browser.ask(cookie=cookie)).text
    form = form_token(page).removeprefix("token=")
    for made_up in (payload, f"{payload}.", f"x{cookie}", f"{payload}.{form}", f".{mark}", "é.é"):
        assert "<h1>Log in with Telegram</h1>" in (await browser.ask(cookie=made_up)).text


async def test_no_other_page_can_log_anybody_out(
    browser: Browser, app_playground: Playground
) -> None:
    cookie = await log_in(browser, app_playground)
    other = await log_in(browser, app_playground, id=1000002)
    foreign = form_token((await browser.ask(cookie=other)).text)
    for body in ("", "token=", "token=" + "0" * 64, foreign, "x" * 100_000):
        refused = await browser.ask(cookie=cookie, post=body)
        assert (refused.status, refused.cookie) == (403, None)
        # The person, who may have used another tab, can press again on the page that comes back.
        assert form_token(refused.text) == form_token((await browser.ask(cookie=cookie)).text)
    # A request from another site has no cookie, so there is no session to end.
    nobody = await browser.ask(post=foreign)
    assert (nobody.status, nobody.cookie) == (303, None)
    assert "<bdi>Ann</bdi>" in (await browser.ask(cookie=cookie)).text
