"""Every window, rendered in every language from its preview data."""

from pathlib import Path

import pytest
from aiogram.enums import ChatType
from aiogram.types import Chat, InlineKeyboardMarkup
from aiogram_dialog import Dialog
from aiogram_dialog.tools.preview import FakeManager

from dialogs import DIALOGS
from locales import Catalog
from states import Counter
from tools.preview import show, write_previews
from widgets.steps import Steps
from widgets.text import T
from widgets.window import Window

CATALOG = Catalog()


@pytest.mark.parametrize("language", CATALOG.languages)
@pytest.mark.parametrize("dialog", DIALOGS, ids=lambda dialog: dialog.states_group_name())
async def test_every_window_renders(dialog: Dialog, language: str) -> None:
    rendered = await show(dialog, CATALOG, language)
    assert len(rendered.windows) == len(dialog.states())
    for window in rendered.windows:
        assert 0 < len(window.message) <= 4096
        assert "{" not in window.message
        for row in window.keyboard:
            for button in row:
                assert 0 < len(button.title) <= 32, button.title


@pytest.mark.parametrize("language", CATALOG.languages)
async def test_a_label_is_escaped(language: str) -> None:
    (counter,) = [dialog for dialog in DIALOGS if dialog.states_group_name() == "Counter"]
    for window in (await show(counter, CATALOG, language)).windows:
        assert "<b>tea &amp; cake</b>" in window.message


def test_the_preview_page_shows_every_window(tmp_path: Path) -> None:
    for page in write_previews(tmp_path):
        text = page.read_text()
        for dialog in DIALOGS:
            for state in dialog.states():
                assert str(state.state) in text or str(state._state) in text  # noqa: SLF001


async def test_buttons_that_are_kept_are_of_one_chat_alone() -> None:
    async def count(*_: object) -> None: ...

    window = Window(
        T("counter-value"),
        Steps(id="step", steps=lambda manager: manager.middleware_data["steps"], on_step=count),
        state=Counter.counting,
        same_buttons=True,
    )
    labels = []
    # Two contexts of one id, as may be begun in one second in two chats.
    for chat_id, steps in ((1, [-1, 1]), (2, [-2, 2]), (1, [])):
        manager = FakeManager()  # type: ignore[no-untyped-call]
        manager.reset_context()
        chat = Chat(id=chat_id, type=ChatType.PRIVATE)
        manager.middleware_data.update(event_chat=chat, steps=steps, texts=CATALOG.speak("en"))
        markup = await window.render_kbd({}, manager)
        assert isinstance(markup, InlineKeyboardMarkup)
        labels.append([button.text for row in markup.inline_keyboard for button in row])
    assert labels == [["-1", "+1"], ["-2", "+2"], ["-1", "+1"]]
