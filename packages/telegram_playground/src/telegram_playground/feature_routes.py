"""Routes for what a bot offers besides messages: inline mode, payments, Mini Apps, logins.

| request | does |
|---|---|
| `PATCH /control/bot` | switches what @BotFather switches: `inline`, `games`, `privacy`, ... |
| `POST /control/inline/query` | sends an inline `query` as a `person`; waits for the results |
| `POST /control/inline/choose` | sends the result `result_id` of `query_id` into a `chat` |
| `POST /control/chats/{id}/messages/{message_id}/shipping` | asks for the shipping options of an
invoice |
| `POST /control/chats/{id}/messages/{message_id}/pay` | pays an invoice as a `person` |
| `GET /control/invoices?url=` | the `invoice` behind a link, and its `bill` |
| `POST /control/invoices/shipping`, `/control/invoices/pay` | the same for the invoice behind the
link `url` |
| `POST /control/web_app` | opens the Mini App at a `url` as a `person`, gives its signed address;
`source` is the kind of button, `keyboard`, `inline` or `menu`, or a `link` with a `start_param` |
| `POST /control/login` | follows a login button to its `url` and gives the signed address; with
`write` the bot may write to the `person` |
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal
from urllib.parse import urlsplit

from aiohttp import web

from telegram_playground.annotated import Pattern, read, read_body
from telegram_playground.control_http import MESSAGE, Route, chat_of
from telegram_playground.inline_choices import Asking, Choice, ask, choose
from telegram_playground.person_messages import allow_writing
from telegram_playground.person_payments import (
    Bill,
    Payer,
    Payment,
    Shipping,
    ask_shipping,
    bill_behind,
    bill_in_chat,
    invoice_behind,
    pay,
)
from telegram_playground.showing import show_bill, show_message
from telegram_playground.signing import init_data, login_url, web_app_url
from telegram_playground.state import Json
from telegram_playground.telegram import Telegram


@dataclass(kw_only=True)
class Switches:
    """What @BotFather switches; `None` leaves a switch as it is."""

    inline: bool | None = None
    inline_feedback: bool | None = None
    login_domain: bool | None = None
    managed_bots: bool | None = None
    games: bool | None = None
    privacy: bool | None = None


@dataclass(kw_only=True)
class Visit:
    """A person who opens an address."""

    person: int
    url: str

    def __post_init__(self) -> None:
        urlsplit(self.url)  # raises a ValueError if it is no address


@dataclass(kw_only=True)
class LoggingIn(Visit):
    """A person who logs in; `write` allows the bot to write to them."""

    write: bool = False


@dataclass(kw_only=True)
class InvoiceLink:
    """A link to an invoice."""

    url: str


@dataclass(kw_only=True)
class Opening(Visit):
    """A Mini App that a person opens, by a kind of button or by a `startapp` link."""

    source: Literal["keyboard", "inline", "menu", "link"] = "inline"
    start_param: Annotated[str, Pattern("[A-Za-z0-9_-]{0,512}")] | None = None


async def _switch(telegram: Telegram, request: web.Request) -> Json:
    switches = read_body(Switches, await request.read())
    state = telegram.state
    if switches.inline is not None:
        state.abilities["supports_inline_queries"] = switches.inline
    if switches.inline_feedback is not None:
        state.inline_feedback = switches.inline_feedback
    if switches.login_domain is not None:
        state.login_domain = switches.login_domain
    if switches.managed_bots is not None:
        state.abilities["can_manage_bots"] = switches.managed_bots
    if switches.games is not None:
        state.games = switches.games
    if switches.privacy is not None:
        state.abilities["can_read_all_group_messages"] = not switches.privacy
    return state.bot | state.abilities | {"inline_feedback": state.inline_feedback}


async def _ask(telegram: Telegram, request: web.Request) -> Json:
    asking = read_body(Asking, await request.read())
    query = ask(telegram, asking)
    signals = telegram.signals
    await signals.wait_for(query.id, asking.wait, lambda: query.answer is not None)
    answer = query.answer
    shown: Json = {"id": query.id, "answered": answer is not None, "results": []}
    if answer is not None:
        shown |= {"results": answer.results, "next_offset": answer.next_offset}
        shown["button"] = answer.button
    return shown


async def _choose(telegram: Telegram, request: web.Request) -> Json:
    choice = read_body(Choice, await request.read())
    chat, message = choose(telegram, choice)
    return show_message(telegram, chat, message)


async def _open(telegram: Telegram, request: web.Request) -> Json:
    opening = read_body(Opening, await request.read())
    person = telegram.person(opening.person)
    more = {}
    if opening.start_param is not None:
        more["start_param"] = opening.start_param
    if opening.source in {"inline", "menu"}:
        # answerWebAppQuery works only for these (Bot API, WebAppInitData).
        more["query_id"] = secrets.token_urlsafe(18)
        telegram.state.web_app_queries[more["query_id"]] = opening.person
        telegram.state.note("settings")
    now = int(telegram.clock.time())
    # "It is empty if the Mini App was launched from a keyboard button" (Bot API, WebAppInitData).
    unknown = opening.source == "keyboard"
    data = "" if unknown else init_data(telegram.token, person.user, now, **more)
    return {"init_data": data, "url": web_app_url(opening.url, data, opening.start_param)}


async def _log_in(telegram: Telegram, request: web.Request) -> Json:
    login = read_body(LoggingIn, await request.read())
    person = telegram.person(login.person)
    if login.write:
        allow_writing(telegram, person, urlsplit(login.url).hostname or "")
    now = int(telegram.clock.time())
    return {"url": login_url(telegram.token, login.url, person.user, now)}


async def _show_invoice(telegram: Telegram, request: web.Request) -> Json:
    invoice, secret = invoice_behind(telegram, read(InvoiceLink, request.query).url)
    return {"invoice": invoice, "bill": show_bill(secret)}


async def _ask_shipping(telegram: Telegram, request: web.Request) -> Json:
    wish = read_body(Shipping, await request.read())
    return await ask_shipping(telegram, _bill(telegram, request, wish), wish)


async def _pay(telegram: Telegram, request: web.Request) -> Json:
    payment = read_body(Payment, await request.read())
    return await pay(telegram, _bill(telegram, request, payment), payment)


def _bill(telegram: Telegram, request: web.Request, payer: Payer) -> Bill:
    if "message" not in request.match_info:
        return bill_behind(telegram, payer.url, payer.person)
    chat, message_id = chat_of(telegram, request), int(request.match_info["message"])
    return bill_in_chat(telegram, chat, message_id, payer.person)


ROUTES: Sequence[Route] = (
    Route("PATCH", "/control/bot", _switch),
    Route("POST", "/control/inline/query", _ask),
    Route("POST", "/control/inline/choose", _choose),
    Route("POST", "/control/web_app", _open),
    Route("POST", "/control/login", _log_in),
    Route("POST", f"{MESSAGE}/shipping", _ask_shipping),
    Route("POST", f"{MESSAGE}/pay", _pay),
    Route("GET", "/control/invoices", _show_invoice),
    Route("POST", "/control/invoices/shipping", _ask_shipping),
    Route("POST", "/control/invoices/pay", _pay),
)
"""The routes of this module."""
