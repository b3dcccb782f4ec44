"""Log in with Telegram, by a `login_url` button in the chat or by the login widget."""

import hmac
import time
from http import HTTPStatus

from aiohttp import hdrs, web
from multidict import MultiDict

from locales import Catalog, Texts
from web.freshness import Freshness
from web.login_page import HEADERS, Site, entrances, inside, page
from web.mini_app import FILES
from web.session import DAY, Sessions
from web.signed_login import NEEDED, LoginError, Visitor, read_login

PATH = "/login"
"""Path of the page, below the public address."""
LOGOUT = "/logout"

COOKIE = "tally_login"
LANGUAGE = "language"
"""The query parameter that Tally itself adds; it is not part of what Telegram signs."""


class Login:
    """Logs people in and out, and shows who is logged in.

    Args:
        catalog: The texts.
        token: The bot's token.
        site: The address of the page and the bot's name.
        freshness: Checks the age of a login.
    """

    def __init__(self, catalog: Catalog, token: str, site: Site, freshness: Freshness) -> None:
        self._catalog = catalog
        self._token = token
        self._site = site
        self._freshness = freshness
        self._sessions = Sessions(token)

    async def show(self, request: web.Request) -> web.Response:
        """Serve the page; if the query contains a signed login, log in and redirect first."""
        signed = MultiDict(item for item in request.query.items() if item[0] != LANGUAGE)
        if not NEEDED.isdisjoint(signed):
            return self._let_in(request, signed)
        visitor = self._visitor(request)
        if visitor is None:
            return self._show_entrances(request, HTTPStatus.OK)
        return self._show_inside(request, visitor, HTTPStatus.OK)

    async def leave(self, request: web.Request) -> web.Response:
        """Log out, if the form of this page asks for it and not another site."""
        response = self._back_to_page(request)
        if visitor := self._visitor(request):
            expected = f"token={self._form_token(request)}".encode()
            if not hmac.compare_digest(await request.read(), expected):
                return self._show_inside(request, visitor, HTTPStatus.FORBIDDEN, "login-elsewhere")
            response.del_cookie(COOKIE, path=self._site.path)
        return response

    def _let_in(self, request: web.Request, signed: MultiDict[str]) -> web.Response:
        now = time.time()
        try:
            visitor = read_login(signed, self._token, now, self._freshness)
        except LoginError as error:
            return self._show_entrances(request, error.status, error.key)
        # Anybody who sees the signed address can use it, so the browser must not show it.
        response = self._back_to_page(request)
        response.set_cookie(
            COOKIE,
            self._sessions.begin(visitor, now),
            max_age=DAY,
            path=self._site.path,
            secure=self._site.is_secure,
            httponly=True,
            samesite="Lax",
        )
        return response

    def _show_entrances(
        self, request: web.Request, status: HTTPStatus, problem: str | None = None
    ) -> web.Response:
        texts = self._texts(request)
        content = entrances(self._site, texts, self._address(request, PATH), problem)
        return page(self._site, texts, content, status)

    def _show_inside(
        self,
        request: web.Request,
        visitor: Visitor,
        status: HTTPStatus,
        problem: str | None = None,
    ) -> web.Response:
        texts, logout = self._texts(request), self._address(request, LOGOUT)
        content = inside(visitor, texts, logout, self._form_token(request), problem)
        return page(self._site, texts, content, status)

    def _visitor(self, request: web.Request) -> Visitor | None:
        return self._sessions.find(request.cookies.get(COOKIE, ""), time.time())

    def _form_token(self, request: web.Request) -> str:
        return self._sessions.form_token(request.cookies.get(COOKIE, ""))

    def _texts(self, request: web.Request) -> Texts:
        """Give the texts in the language of the query, or else the browser's first language."""
        first, _, _ = request.headers.get(hdrs.ACCEPT_LANGUAGE, "").partition(",")
        return self._catalog.speak(request.query.get(LANGUAGE, first))

    def _address(self, request: web.Request, path: str) -> str:
        """Give the link to a path; relative, because a proxy may serve it below another path."""
        address = path.removeprefix("/")
        if LANGUAGE not in request.query:
            return address
        return f"{address}?{LANGUAGE}={self._texts(request).language}"

    def _back_to_page(self, request: web.Request) -> web.Response:
        headers = {**HEADERS, hdrs.LOCATION: self._address(request, PATH)}
        return web.Response(status=HTTPStatus.SEE_OTHER, headers=headers)


def add_login(
    app: web.Application, catalog: Catalog, token: str, site: Site, freshness: Freshness
) -> None:
    """Add the routes of the login page.

    Args:
        app: The application.
        catalog: The texts.
        token: The bot's token.
        site: The address of the page and the bot's name.
        freshness: Checks the age of a login.
    """
    login = Login(catalog, token, site, freshness)
    app.router.add_get(PATH, login.show)
    app.router.add_post(LOGOUT, login.leave)
    app.router.add_static(PATH, FILES)
