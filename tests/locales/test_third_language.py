"""A third language needs one folder: each window is fully translated and has room for the texts."""

import html
import re
from collections.abc import Iterator, Mapping
from typing import cast

import pytest
from aiogram_dialog import Dialog
from aiogram_dialog.tools.preview import FakeManager, RenderWindow
from babel import Locale

from dialogs import DIALOGS
from locales import FOLDER, Catalog
from tests.support.pseudo import LANGUAGE, disguise, is_plain, write_language
from tools.preview import show
from widgets.window import Window

ANSWER_MAX = 200
"""Largest length of an answer to a press (Bot API, answerCallbackQuery)."""
COMMAND_MAX = 256
"""Largest length of the description of a command (Bot API, BotCommand)."""
PLACEHOLDER_MAX = 64
"""Largest length of the placeholder of an input field (Bot API, ReplyKeyboardMarkup)."""
TEXT_MAX = 4096
"""Largest length of a message (Bot API, sendMessage)."""
ROW_MAX = 64
"""Characters that fit into a row of buttons on a phone, in small letters."""

LETTER = re.compile("[A-Za-z]")


def dates() -> re.Pattern[str]:
    """Give a pattern for names of months and weekdays, which come from Babel, not the catalog."""
    locale = Locale.parse(LANGUAGE)
    names = {
        name
        for table in (locale.months, locale.days)
        for context in table.values()
        for width in ("wide", "abbreviated")
        for name in context[width].values()
    }
    return re.compile(rf"\b({'|'.join(map(re.escape, sorted(names)))})\b", re.IGNORECASE)


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """Give a catalog that contains the pseudo-language."""
    return Catalog(folder=write_language(tmp_path_factory.mktemp("locales")))


def strings(data: object) -> Iterator[str]:
    """Give the texts in a window's data: texts that people have typed, and names."""
    if isinstance(data, str):
        # In the format of the preview.
        yield data.replace("\n", "<br>")
        yield html.escape(data, quote=False)
    elif isinstance(data, Mapping):
        for value in data.values():
            yield from strings(value)
    elif isinstance(data, list | tuple):
        for value in data:
            yield from strings(value)


async def data_of(dialog: Dialog) -> list[str]:
    """Give the texts in the data of a dialog's windows, longest first."""
    manager = FakeManager()
    manager.set_dialog(dialog)
    filled: set[str] = set()
    for state in dialog.states():
        manager.set_state(state)
        window = cast("Window", dialog.windows[state])
        own = await window.load_data(dialog, manager)
        filled |= {*strings(await dialog.load_data(manager)), *strings(own)}
    return sorted(filter(LETTER.search, filled), key=len, reverse=True)


def labels(window: RenderWindow) -> list[list[str]]:
    """Give the texts of a window's buttons, row by row."""
    rows = [*window.keyboard, *window.reply_keyboard]
    return [[html.unescape(button.title) for button in row] for row in rows]


@pytest.mark.parametrize("dialog", DIALOGS, ids=lambda dialog: dialog.states_group_name())
async def test_every_word_of_every_window_comes_from_the_catalog(
    dialog: Dialog, catalog: Catalog
) -> None:
    filled = await data_of(dialog)
    for window in (await show(dialog, catalog, LANGUAGE)).windows:
        for text in (window.message, *(label for row in labels(window) for label in row)):
            said = text
            for name in filled:
                said = said.replace(name, "")
            said = dates().sub("", said)
            assert not is_plain(said), f"{window.state_name}: {said}"


@pytest.mark.parametrize("dialog", DIALOGS, ids=lambda dialog: dialog.states_group_name())
async def test_every_window_has_room_for_longer_texts(dialog: Dialog, catalog: Catalog) -> None:
    for window in (await show(dialog, catalog, LANGUAGE)).windows:
        assert len(window.message) <= TEXT_MAX, window.state_name
        for row in labels(window):
            assert sum(map(len, row)) <= ROW_MAX, row


def keys(pattern: str, *folders: str) -> set[str]:
    """Give the text keys in the code that match a pattern."""
    code = [path for folder in folders for path in (FOLDER.parent / folder).rglob("*.py")]
    return {key for path in code for key in re.findall(pattern, path.read_text())}


def longest(catalog: Catalog, key: str) -> str:
    """Give a text with a long number in place of each variable."""
    texts = (FOLDER / "en").glob("*.ftl")
    names = {name for path in texts for name in re.findall(r"\$(\w+)", path.read_text())}
    return catalog.speak(LANGUAGE)(key, **dict.fromkeys(names, 999_999_999))


def test_answers_to_presses_have_room_for_longer_texts(catalog: Catalog) -> None:
    answers = keys(r"""Notice\(\s*"([a-z-]+)\"""", "dialogs", "handlers", "widgets")
    assert "settings-not-saved" in answers
    for key in {*answers, "counter-saved-later", "counter-kept", "notice-away"}:
        assert len(longest(catalog, key)) <= ANSWER_MAX, key


def test_commands_and_placeholders_have_room_for_longer_texts(catalog: Catalog) -> None:
    texts = [path.read_text() for path in (FOLDER / "en").glob("*.ftl")]
    found = re.findall(r"^([a-z-]+) =", "\n".join(texts), re.MULTILINE)
    commands = [key for key in found if key.startswith("command-")]
    placeholders = [key for key in found if key.endswith("-placeholder")]
    assert commands
    assert placeholders
    for key in commands:
        assert len(longest(catalog, key)) <= COMMAND_MAX, key
    for key in placeholders:
        assert len(longest(catalog, key)) <= PLACEHOLDER_MAX, key


def test_a_new_language_is_a_folder_and_nothing_else(catalog: Catalog) -> None:
    assert catalog.languages == ["en", LANGUAGE]
    assert catalog.speak(LANGUAGE).name == "Esperanto"
    assert catalog.speak(LANGUAGE)("counter-value", value="-7").startswith(
        disguise("Specify the number: ").rstrip()
    )


def test_the_disguise_shows_what_is_plain() -> None:
    assert is_plain("<b>Total</b>")
    assert not is_plain(disguise("<b>Total</b> of /count in UTC, set WEB_APP_URL &amp; @BotFather"))
