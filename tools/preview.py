"""Writes a page with every window, one page a language, by aiogram-dialog's preview tools."""

import asyncio
from pathlib import Path

from aiogram_dialog import Dialog
from aiogram_dialog.tools.preview import FakeManager, RenderDialog, render_dialog
from jinja2 import Environment, PackageLoader, select_autoescape

from dialogs import DIALOGS
from locales import Catalog


def write_previews(folder: Path) -> list[Path]:
    """Write a page for each language.

    Args:
        folder: The folder for the pages. It is made if it does not exist.

    Returns:
        The paths of the pages.
    """
    folder.mkdir(parents=True, exist_ok=True)
    environment = Environment(
        loader=PackageLoader("aiogram_dialog.tools"), autoescape=select_autoescape()
    )
    template = environment.get_template("message.html")
    catalog, pages = Catalog(), []
    for language in catalog.languages:
        page = folder / f"preview.{language}.html"
        shown = [asyncio.run(show(dialog, catalog, language)) for dialog in DIALOGS]
        page.write_text(template.render(dialogs=shown), encoding="utf-8")
        pages.append(page)
    return pages


async def show(dialog: Dialog, catalog: Catalog, language: str) -> RenderDialog:
    """Render every window of a dialog from its preview data.

    Args:
        dialog: The dialog.
        catalog: The texts.
        language: The language to render it in.
    """
    manager = FakeManager()
    manager.middleware_data["texts"] = catalog.speak(language)
    return await render_dialog(manager, dialog.states_group(), dialog, simulate_events=False)


if __name__ == "__main__":
    for written in write_previews(Path("build")):
        print(written)
