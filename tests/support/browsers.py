"""Somebody with a web browser, who logs in over HTTP."""

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
    """What came back.

    Attributes:
        response: The response.
        text: Its body.
    """

    response: ClientResponse
    text: str

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.response.status

    @property
    def cookie(self) -> Morsel[str] | None:
        """The session that it sets or takes away."""
        return SimpleCookie(self.response.headers.get("Set-Cookie", "")).get("tally_login")


class Browser:
    """Asks for pages, and does with cookies only what it is told.

    Args:
        session: The HTTP client.
        url: Where the pages are.
    """

    def __init__(self, session: ClientSession, url: str) -> None:
        self._session = session
        self._url = url

    async def ask(
        self, query: str = "", cookie: str = "", *, language: str = "en", post: str | None = None
    ) -> Answer:
        """Ask for the login page, or post to where one logs out."""
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
    """Sign a login as Telegram does, so many seconds ago; give the query."""
    told = {**ANN, **user}
    return urlsplit(login_url(token, "https://x.org/login", told, int(time.time() - age))).query


async def log_in(browser: Browser, playground: Playground, **user: object) -> str:
    """Log somebody in; give the cookie."""
    answer = await browser.ask(signed(playground.token, 0, **user))
    assert answer.cookie is not None
    return answer.cookie.value


def form_token(page: str) -> str:
    """Give what the page's form sends."""
    found = re.search(r'name="token" value="([\w-]+)"', page)
    assert found is not None
    return f"token={found[1]}"
