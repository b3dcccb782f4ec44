"""Each text exists in each language, and no text is unused."""

import re
from functools import partial

import pytest
from fluent.syntax import FluentParser
from fluent.syntax.ast import Message, VariableReference
from fluent.syntax.visitor import Visitor

from locales import FOLDER, Catalog
from people.zones import REGIONS
from tests.support.pseudo import is_plain
from widgets.text import isolated

ROOT = FOLDER.parent
LANGUAGES = Catalog().languages
KEY = re.compile(r"""["']([a-z]+(?:-[a-z]+)*)["']""")


class Variables(Visitor):
    """Collects the variables of a message."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def visit_VariableReference(self, node: VariableReference) -> None:  # noqa: N802 - the library's name
        self.names.add(node.id.name)


def messages(language: str) -> dict[str, set[str]]:
    """Give the variables of each message of a language, by key."""
    found = {}
    for path in (FOLDER / language).glob("*.ftl"):
        for entry in FluentParser().parse(path.read_text(encoding="utf-8")).body:
            if isinstance(entry, Message):
                variables = Variables()
                variables.visit(entry)
                assert entry.id.name not in found, f"{entry.id.name} stands twice in {language}"
                found[entry.id.name] = variables.names
    return found


def test_there_are_english_and_russian() -> None:
    assert {"en", "ru"} <= set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_the_same_texts_with_the_same_variables(language: str) -> None:
    assert messages(language) == messages("en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_files_have_no_junk(language: str) -> None:
    for path in (FOLDER / language).glob("*.ftl"):
        body = FluentParser().parse(path.read_text(encoding="utf-8")).body
        assert [entry for entry in body if type(entry).__name__ == "Junk"] == [], path


def test_every_text_is_used() -> None:
    folders = ("dialogs", "handlers", "web", "widgets")
    code = [path.read_text() for name in folders for path in (ROOT / name).rglob("*.py")]
    code.append((ROOT / "exports/sending.py").read_text())
    used = {key for text in code for key in KEY.findall(text)}
    # Named after the command: widgets/command_list.py puts them together.
    used |= {key for key in messages("en") if key.startswith("command-")}
    assert set(messages("en")) - used == set()


def test_every_key_in_the_code_is_a_text() -> None:
    asked = re.compile(r"""\b(?:T|texts|texts_of\(manager\)|Notice)\(\s*["']([a-z-]+)["']""")
    folders = [ROOT / name for name in ("dialogs", "handlers", "widgets")]
    code = [path.read_text() for folder in folders for path in folder.rglob("*.py")]
    keys = {key for text in code for key in asked.findall(text)}
    assert keys
    assert keys - set(messages("en")) == set()


def test_unknown_languages_speak_the_default() -> None:
    catalog = Catalog("ru")
    assert catalog.speak("pt-br").language == "ru"
    assert catalog.speak(None).language == "ru"
    assert catalog.speak("EN-gb").language == "en"


@pytest.mark.parametrize(
    ("count", "english", "russian"),
    [
        (1, "1 total,", "1 итог,"),
        (2, "2 totals,", "2 итога,"),
        (5, "5 totals,", "5 итогов,"),
        (21, "21 totals,", "21 итог,"),
        (0, "0 totals,", "0 итогов,"),
    ],
)
def test_plurals_are_right(count: int, english: str, russian: str) -> None:
    catalog = Catalog()
    for language, beginning in (("en", english), ("ru", russian)):
        text = catalog.speak(language)("totals-summary", count=count, sum="7")
        assert text.startswith(beginning)


def test_variables_bring_no_invisible_marks() -> None:
    text = Catalog().speak("en")("counter-value", value="-1234567")
    assert text == "Specify the number: -1234567"


def test_a_missing_argument_is_an_error() -> None:
    with pytest.raises(ValueError, match="counter-value"):
        Catalog().speak("en")("counter-value")


def test_cities_are_named_in_the_language() -> None:
    """Babel's data must be of 2025 or later, because of the zone of Coyhaique."""
    russian = Catalog().speak("ru")
    assert russian.city("Europe/Kyiv") == "Киев"
    foreign = {zone for zones in REGIONS.values() for zone in zones if is_plain(russian.city(zone))}
    assert foreign <= {"America/Coyhaique"}
    assert Catalog().speak("en").city("Asia/Kolkata") == "Kolkata"


@pytest.mark.parametrize("label", ["שלום", "שלום tea", "مرحبا", "a\u202eb", "\u2067tea"])
def test_a_mark_that_turns_the_direction_of_a_line_is_isolated(label: str) -> None:
    assert isolated(label) == f"\N{FIRST STRONG ISOLATE}{label}\N{POP DIRECTIONAL ISOLATE}"
    assert isolated("кофе & 🥟 1") == "кофе & 🥟 1"


def test_a_sentence_agrees_with_its_number() -> None:
    names = {"old": "tea", "new": "чай"}
    relabel = partial(Catalog().speak("ru"), "totals-relabel-title", **names)
    assert relabel(count=1) == "1 итог с названием <b>tea</b> получит название <b>чай</b>."
    assert relabel(count=3) == "3 итога с названием <b>tea</b> получат название <b>чай</b>."
