"""Every window renders in every language from its preview data."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from aiogram.enums import ChatType
from aiogram.types import Chat, InlineKeyboardMarkup
from aiogram_dialog import Dialog, DialogManager
from aiogram_dialog.tools.preview import FakeManager

from dialogs import DIALOGS
from dialogs.counter_data import counted
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
async def test_a_name_is_escaped(language: str) -> None:
    (counter,) = [dialog for dialog in DIALOGS if dialog.states_group_name() == "Counter"]
    for window in (await show(counter, CATALOG, language)).windows:
        assert "<b>tea &amp; cake</b>" in window.message


def test_the_preview_page_shows_every_window(tmp_path: Path) -> None:
    for page in write_previews(tmp_path):
        text = page.read_text()
        for dialog in DIALOGS:
            for state in dialog.states():
                assert str(state.state) in text


async def test_remembered_buttons_belong_to_one_chat() -> None:
    async def count(*_: object) -> None: ...

    def steps_of(manager: DialogManager) -> Sequence[int]:
        return counted(manager)["steps"]

    window = Window(
        T("counter-value"),
        Steps(id="step", steps=steps_of, on_step=count),
        state=Counter.counting,
        same_buttons=True,
    )
    labels = []
    # Two chats may have a context of the same id: `new_id()` has 100 values a second.
    for chat_id, steps in ((1, [-1, 1]), (2, [-2, 2]), (1, [])):
        manager = FakeManager()
        manager.reset_context()
        chat = Chat(id=chat_id, type=ChatType.PRIVATE)
        manager.middleware_data.update(event_chat=chat, texts=CATALOG.speak("en"))
        counted(manager)["steps"] = steps
        markup = await window.render_kbd({}, manager)
        assert isinstance(markup, InlineKeyboardMarkup)
        labels.append([button.text for row in markup.inline_keyboard for button in row])
    assert labels == [["-1", "+1"], ["-2", "+2"], ["-1", "+1"]]
