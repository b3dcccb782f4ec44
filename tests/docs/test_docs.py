"""The documentation: the targets of its links, its `make` targets and commands exist."""

import re
from collections.abc import Callable, Collection

import pytest

from main import cli
from tests.support.nursery import ROOT

LIBRARY = ROOT / "packages" / "telegram_playground"
PAGES = sorted(
    str(path.relative_to(ROOT))
    for folder in ("*.md", "docs/**/*.md", "packages/*/*.md")
    for path in ROOT.glob(folder)
)

DECISIONS = sorted(path.name for path in (ROOT / "docs" / "decisions").glob("0*.md"))
PARTS = ["Context", "Decision", "Alternatives rejected", "Consequences"]


def anchors(page: str) -> set[str]:
    """Give the anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", (ROOT / page).read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links(page: str) -> list[str]:
    """Give a page's links, except those to other sites."""
    return re.findall(r"\]\((?!https?:)([^)\s]+)\)", (ROOT / page).read_text())


def made(page: str) -> set[str]:
    """Give the targets of `make` that a page names."""
    typed = r"(?:^|[`&] ?)(?:sudo )?make (?:-C \S+ )?([a-z]+)"
    return set(re.findall(typed, (ROOT / page).read_text(), re.MULTILINE))


def commanded(page: str) -> set[str]:
    """Give the commands of `main.py` that a page names."""
    return set(re.findall(r"python3? main\.py ([a-z]+)", (ROOT / page).read_text()))


@pytest.mark.parametrize("find", [links, made, commanded])
def test_there_is_something_to_be_found(find: Callable[[str], Collection[str]]) -> None:
    assert any(find(page) for page in PAGES)


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_to_pages_and_headings_that_are_there(page: str) -> None:
    for link in links(page):
        path, _, anchor = link.partition("#")
        target = (ROOT / page).parent / path if path else ROOT / page
        assert target.exists(), link
        if anchor:
            assert anchor in anchors(str(target.resolve().relative_to(ROOT))), link


@pytest.mark.parametrize("page", PAGES)
def test_what_is_to_be_typed_is_there(page: str) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert made(page) <= targets
    commands = {
        command.callback.__name__ for command in cli.registered_commands if command.callback
    }
    assert commanded(page) <= commands


@pytest.mark.parametrize("page", [page for page in PAGES if not page.startswith("packages/")])
def test_files_that_are_named_exist(page: str) -> None:
    named = re.findall(
        r"`((?:[\w.-]+/)+[\w-]+\.(?:py|lua|md|js|yml|json))`", (ROOT / page).read_text()
    )
    engine = ROOT / "packages" / "durable_dialogs" / "src"
    assert [name for name in named if not any((at / name).exists() for at in (ROOT, engine))] == []


@pytest.mark.parametrize("name", DECISIONS)
def test_a_decision_has_a_number_a_status_and_every_part(name: str) -> None:
    text = (ROOT / "docs" / "decisions" / name).read_text()
    assert text.startswith(f"# {int(name[:4])}. ")
    assert "**Status:** " in text
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == PARTS


def test_the_index_has_every_decision_once_and_in_order() -> None:
    listed = [link for link in links("docs/decisions/README.md") if link != "../glossary.md"]
    assert listed == DECISIONS
    assert [int(name[:4]) for name in DECISIONS] == list(range(1, len(DECISIONS) + 1))


def test_every_module_of_the_playground_is_told_of() -> None:
    told = (LIBRARY / "README.md").read_text().partition("## How it is built\n")[2]
    modules = {path.name for path in (LIBRARY / "src/telegram_playground").glob("*.py")} - {
        "__init__.py"
    }
    assert modules - set(re.findall(r"`(\w+\.py)`", told)) == set()
