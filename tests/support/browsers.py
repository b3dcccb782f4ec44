"""A stand-in for a web browser: requests to the login page with cookies that the test chooses."""

import re
import time
from dataclasses import dataclass
from http.cookies import Morsel, SimpleCookie
from urllib.parse import urlsplit

from aiohttp import ClientResponse, ClientSession

from telegram_playground import Playground
from telegram_playground.signing import login_url

ANN = {"id": 1000001, "first_name": "Ann", "username": "ann_secret"}


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of the web server.

    Attributes:
        response: The response.
        text: The body.
    """

    response: ClientResponse
    text: str

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.response.status

    @property
    def cookie(self) -> Morsel[str] | None:
        """The session cookie that the answer sets or removes."""
        return SimpleCookie(self.response.headers.get("Set-Cookie", "")).get("tally_login")


class Browser:
    """Requests pages, and sends only the cookies that the test names.

    Args:
        session: The HTTP client.
        url: The address of the pages.
    """

    def __init__(self, session: ClientSession, url: str) -> None:
        self._session = session
        self._url = url

    async def ask(
        self, query: str = "", cookie: str = "", *, language: str = "en", post: str | None = None
    ) -> Answer:
        """Request the login page, or post a body to the page that logs out."""
        headers = {"Accept-Language": language}
        if cookie:
            headers["Cookie"] = f"tally_login={cookie}"
        method, path = ("GET", "/login") if post is None else ("POST", "/logout")
        address = f"{self._url}{path}{query and '?'}{query}"
        async with self._session.request(
            method, address, data=post, headers=headers, allow_redirects=False
        ) as response:
            return Answer(response, await response.text())


def signed(token: str, age: float = 0, /, **user: object) -> str:
    """Give the query of a login that Telegram signed `age` seconds ago."""
    told = {**ANN, **user}
    return urlsplit(login_url(token, "https://x.org/login", told, int(time.time() - age))).query


async def log_in(browser: Browser, playground: Playground, **user: object) -> str:
    """Log a person in; give the session cookie."""
    answer = await browser.ask(signed(playground.token, 0, **user))
    assert answer.cookie is not None
    return answer.cookie.value


def form_token(page: str) -> str:
    """Give the body that the page's form sends."""
    found = re.search(r'name="token" value="([\w-]+)"', page)
    assert found is not None
    return f"token={found[1]}"
