"""The promises of docs/security.md: named tests, comparisons in constant time, pins."""

import ast
import asyncio
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.nursery import ROOT, START

LISTS = ("requirements", "requirements-dev")
COMPARED = {
    "packages/durable_dialogs/src/durable_dialogs/intake/webhook.py": "Telegram's secret",
    "packages/durable_dialogs/src/durable_dialogs/workers/wire.py": "a frame's code",
    "web/login.py": "the form's token",
    "web/signed_login.py": "Telegram's signature",
    "signed/seals.py": "a seal",
    "signed/bills.py": "a bill's signature",
}
"""The modules that compare a secret or a signature, each with what it compares."""

NAME = r"[A-Za-z0-9][A-Za-z0-9._-]*"


def threats() -> dict[str, list[str]]:
    """Give the tests that are named for each threat."""
    text = (ROOT / "docs" / "security.md").read_text().partition("## Threats")[2]
    parts = re.findall(r"^\*\*(.+?)\.\*\*(.*?)(?=^\*\*|^## )", text, re.MULTILINE | re.DOTALL)
    return {name: re.findall(r"^- `(.+)`$", rest, re.MULTILINE) for name, rest in parts}


def pins(name: str) -> Iterator[tuple[str, str]]:
    """Give each entry of a list of pins: its first line, and the lines that belong to it."""
    lines = (ROOT / f"{name}.txt").read_text().splitlines()
    entry: list[str] = []
    for line in [*lines, "end"]:
        if not line.startswith((" ", "#")) and entry:
            yield entry[0], "\n".join(entry[1:])
            entry = []
        if line and not line.startswith("#"):
            entry.append(line)


def normal(name: str) -> str:
    """Give the name of a package as it is compared (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("threat", threats())
def test_each_threat_has_tests_that_exist(threat: str) -> None:
    tests = threats()[threat]
    assert tests
    for test in tests:
        file, _, name = test.partition("::")
        tree = ast.parse((ROOT / file).read_text())
        functions = (ast.FunctionDef, ast.AsyncFunctionDef)
        assert name in {node.name for node in tree.body if isinstance(node, functions)}, test


def test_the_threats_that_everybody_asks_about_are_there() -> None:
    told = " ".join(threats()).lower()
    for word in ("callbacks", "initdata", "webhook", "replay", "floods", "csv", "html", "logs"):
        assert word in told
    for word in ("stolen token", "admin", "supply chain", "hole in tally"):
        assert word in told


@pytest.mark.parametrize("file", COMPARED)
def test_what_proves_something_is_compared_in_constant_time(file: str) -> None:
    tree = ast.parse((ROOT / file).read_text())
    called = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    assert "compare_digest" in {node.attr for node in called if isinstance(node, ast.Attribute)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq | ast.NotEq):
            assert not re.search("secret|signature|digest|said", ast.unparse(node)), file


@pytest.mark.parametrize("name", LISTS)
def test_every_dependency_is_pinned_with_hashes(name: str) -> None:
    found = list(pins(name))
    assert len(found) > 10
    for first, rest in found:
        assert re.match(rf"{NAME}(\[[\w,-]+\])?==\S+( ; .+)? \\$", first), first
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", rest), first
    assert "://" not in (ROOT / f"{name}.txt").read_text()


@pytest.mark.parametrize("name", LISTS)
def test_what_is_asked_for_is_pinned(name: str) -> None:
    lines = (ROOT / f"{name}.in").read_text().splitlines()
    asked = {normal(found[0]) for line in lines if (found := re.match(NAME, line))}
    assert asked
    pinned = {normal(first.partition("==")[0].partition("[")[0]) for first, _ in pins(name)}
    assert asked - pinned == set()


def test_only_what_was_pinned_gets_installed() -> None:
    recipe = (ROOT / "Makefile").read_text()
    installs = [line for line in recipe.replace("\\\n", "").splitlines() if "pip install" in line]
    pinned = [line for line in installs if "--require-hashes" in line]
    own = [line for line in installs if "--no-deps" in line and "--no-build-isolation" in line]
    assert pinned
    assert own
    assert len(pinned) + len(own) == len(installs)


@pytest.mark.thorough
async def test_what_is_installed_fits_together() -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "pip", "check", "--disable-pip-version-check"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(START):
        out, _ = await process.communicate()
    assert process.returncode == 0, out.decode()


def test_no_file_of_the_project_holds_a_token() -> None:
    kept = [path for path in ROOT.iterdir() if path.is_file() and path.name != ".env"]
    texts = [path for folder in ("deploy", "docs") for path in (ROOT / folder).rglob("*")]
    for path in filter(Path.is_file, [*kept, *texts]):
        if path.suffix != ".png":
            # The form of @BotFather's tokens: an id, and 35 characters.
            found = re.findall(r"\b\d{8,10}:[\w-]{35}\b", path.read_text())
            assert found == [], path
