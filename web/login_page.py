"""HTML of the login page: the ways to log in, or the person who is logged in."""

from dataclasses import dataclass
from html import escape
from http import HTTPStatus
from string import Template
from urllib.parse import urlsplit

from aiohttp import hdrs, web

from locales import Texts
from web.signed_login import Visitor

SCRIPT, FRAME = "https://telegram.org", "https://oauth.telegram.org"
"""Hosts of Telegram's login widget: its script and its frame."""

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; {widget}"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""The Content-Security-Policy: nothing from other hosts but Telegram's widget, if it is shown."""

HEADERS = {
    hdrs.CACHE_CONTROL: "no-store",
    # The widget does not work without the origin; Telegram gets no more than that.
    "Referrer-Policy": "strict-origin",
    "X-Content-Type-Options": "nosniff",
}

PAGE = Template("""\
<!doctype html>
<html lang="$language">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>$title</title>
<link rel="icon" href="login/tally.svg">
<link rel="stylesheet" href="login/login.css">
<main>
$content
</main>
</html>
""")

ENTRANCES = Template("""\
<img src="login/tally.svg" alt="" width="72" height="72">
<h1>$title</h1>
$problem
<p>$promise</p>
$widget
<a class="button" href="$chat">$open</a>
<p class="faint">$how</p>
""")

PROBLEM = Template("""<p class="problem" role="alert">$problem</p>""")

WIDGET = Template("""\
<script async src="$source/js/telegram-widget.js?22" data-telegram-login="$bot"
 data-auth-url="$address" data-size="large" data-userpic="false" data-radius="12"
 data-request-access="write" data-lang="$language"></script>
""")
"""The login widget (https://core.telegram.org/widgets/login). If the browser can't reach Telegram,
the button stays away and the link to the chat still works."""

INSIDE = Template("""\
<div class="face" aria-hidden="true">$initial</div>
<h1><bdi>$name</bdi></h1>
$problem
<p>$inside</p>
<dl>$facts</dl>
<form method="post" action="$logout">
<button class="button quiet" name="token" value="$token">$leave</button>
</form>
""")

FACT = Template("<div><dt>$name</dt><dd>$value</dd></div>")


@dataclass(frozen=True, slots=True)
class Site:
    """Addresses and names that the page needs.

    Attributes:
        address: The public address, None on the playground.
        bot: The bot's username.
        chat: The address of the chat with the bot.
    """

    address: str | None
    bot: str
    chat: str

    @property
    def is_secure(self) -> bool:
        """Whether the page has an https address; Telegram opens no others."""
        return (self.address or "").startswith("https://")

    @property
    def path(self) -> str:
        """The path of the cookie; a proxy may serve other sites on the same host."""
        return urlsplit(self.address or "").path or "/"


def entrances(site: Site, texts: Texts, address: str, problem: str | None = None) -> str:
    """Render the ways to log in.

    Args:
        site: The addresses.
        texts: The texts.
        address: The link to the page itself.
        problem: The text key of the error of the last attempt.
    """
    widget = WIDGET.substitute(
        source=SCRIPT, bot=escape(site.bot), address=escape(address), language=texts.language
    )
    return ENTRANCES.substitute(
        title=escape(texts("login-title")),
        problem=_problem(texts, problem),
        promise=escape(texts("login-promise")),
        widget=widget if site.is_secure else "",
        chat=escape(site.chat),
        open=escape(texts("login-open")),
        how=escape(texts("login-how")),
    )


def inside(
    visitor: Visitor, texts: Texts, logout: str, token: str, problem: str | None = None
) -> str:
    """Render the person who is logged in, and the button to log out.

    Args:
        visitor: The person.
        texts: The texts.
        logout: The link to log out.
        token: The form token, which proves that this page sent the form.
        problem: The text key of the error of the last attempt to log out.
    """
    facts = {"login-id": str(visitor.id)}
    if visitor.username:
        facts = {"login-username": f"@{visitor.username}", **facts}
    rows = (
        FACT.substitute(name=escape(texts(key)), value=escape(value))
        for key, value in facts.items()
    )
    return INSIDE.substitute(
        initial=escape(visitor.name[:1].upper()),
        name=escape(visitor.name),
        problem=_problem(texts, problem),
        inside=escape(texts("login-inside")),
        facts="".join(rows),
        logout=escape(logout),
        token=token,
        leave=escape(texts("login-leave")),
    )


def _problem(texts: Texts, problem: str | None) -> str:
    return PROBLEM.substitute(problem=escape(texts(problem))) if problem else ""


def page(site: Site, texts: Texts, content: str, status: HTTPStatus) -> web.Response:
    """Make the response: the page with its content and headers."""
    widget = f"script-src {SCRIPT}; frame-src {FRAME};" if site.is_secure else ""
    text = PAGE.substitute(
        language=texts.language, title=escape(texts("login-title")), content=content
    )
    policy = POLICY.format(widget=widget)
    headers = {**HEADERS, "Content-Security-Policy": policy}
    return web.Response(text=text, status=status, content_type="text/html", headers=headers)
