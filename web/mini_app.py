"""The Mini App of a reply button; it sends a choice back to the chat."""

from html import escape
from pathlib import Path
from string import Template

from aiohttp import web

from locales import Catalog, Texts
from web.headers import APP

PATH = "/app"
"""Path of the page, below the public address."""

FILES = Path(__file__).parent / "page"

CHOICES = ("app-tea", "app-coffee", "app-water")
"""The text keys of the buttons."""

PAGE = Template("""\
<!doctype html>
<html lang="$language">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<link rel="stylesheet" href="app/app.css">
<h1>$title</h1>
$buttons
<script type="module" src="app/app.js"></script>
</html>
""")


class MiniApp:
    """Serves the page in the language that its query names.

    Args:
        catalog: The texts.
    """

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    async def show(self, request: web.Request) -> web.Response:
        """Serve the page."""
        texts = self._catalog.speak(request.query.get("language"))
        return web.Response(text=_page(texts), content_type="text/html", headers=APP)


def _page(texts: Texts) -> str:
    buttons = "\n".join(f"<button>{escape(texts(choice))}</button>" for choice in CHOICES)
    return PAGE.substitute(
        language=texts.language, title=escape(texts("app-title")), buttons=buttons
    )


def add_mini_app(app: web.Application, catalog: Catalog) -> None:
    """Add the routes of the Mini App."""
    app.router.add_get(PATH, MiniApp(catalog).show)
    app.router.add_static(PATH, FILES)
