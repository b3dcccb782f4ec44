"""Which Python `make` uses, and into which environment it installs."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

PYTHON = """#!/bin/sh
case "$2" in
    venv)
        rm -rf "$4"
        mkdir -p "$4/bin"
        cp "$0" "$4/bin/python"
        cp "$0" "$4/bin/python{0}" ;;
    pip) echo "{0} $(dirname "$0")" >> installed ;;
    *version_info*[:2]*) echo {0} ;;
esac
"""
"""A stand-in for a Python of some version: a script that does what `make` needs."""


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Give a folder with what `make install` needs, and three Pythons; 3.12 is the default."""
    for name in (
        *("Makefile", "requirements.txt", "requirements-dev.txt"),
        *("packages/durable_dialogs/pyproject.toml", "packages/telegram_playground/pyproject.toml"),
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "bin").mkdir()
    for name, version in (("python3", "3.12"), ("python3.12", "3.12"), ("python3.13", "3.13")):
        put(tmp_path / "bin" / name, version)
    return tmp_path


def put(path: Path, version: str) -> None:
    """Write the script of a Python version to a path."""
    path.write_text(PYTHON.format(version))
    path.chmod(0o755)


def make(clone: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `make` as from a shell."""
    return subprocess.run(  # noqa: S603 - our own arguments
        ["make", *arguments],  # noqa: S607 - found in PATH
        cwd=clone,
        env={"PATH": f"{clone / 'bin'}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )


def installed(clone: Path) -> list[str]:
    """Give the Python version and the folder of each environment that was filled, in order."""
    runs = (clone / "installed").read_text().splitlines()
    # pip runs twice for each: for the requirements, then for the two libraries.
    assert runs[::2] == runs[1::2]
    return runs[::2]


def test_make_uses_the_default_environment_and_installs_once(clone: Path) -> None:
    for _ in range(2):
        assert make(clone, "install").returncode == 0
        assert installed(clone) == ["3.12 .venv/bin"]


def test_a_chosen_python_has_an_environment_of_its_own(clone: Path) -> None:
    make(clone, "install")
    assert make(clone, "install", "PYTHON=python3.13").returncode == 0
    assert installed(clone) == ["3.12 .venv/bin", "3.13 .venv-3.13/bin"]
    plan = make(clone, "--dry-run", "test", "PYTHON=python3.13").stdout
    assert "TALLY_PYTHON=3.13 .venv-3.13/bin/python -m pytest" in plan


def test_an_environment_of_another_version_is_replaced(clone: Path) -> None:
    make(clone, "install")
    put(clone / "bin" / "python3", "3.13")
    result = make(clone, "install")
    assert ".venv was made by another Python: making it anew." in result.stdout
    assert installed(clone) == ["3.12 .venv/bin", "3.13 .venv/bin"]
    assert not (clone / ".venv" / "bin" / "python3.12").exists()


def test_a_missing_python_ends_make_with_one_line(clone: Path) -> None:
    make(clone, "install")
    result = make(clone, "install", "PYTHON=python3.99")
    assert result.returncode != 0
    assert "python3.99 is not a Python that runs." in result.stdout


def test_clean_removes_every_environment(clone: Path) -> None:
    make(clone, "install")
    make(clone, "install", "PYTHON=python3.13")
    make(clone, "clean")
    assert list(clone.glob(".venv*")) == []


@pytest.mark.parametrize("wanted", ["3.99", "{}.{}".format(*sys.version_info)])
def test_the_tests_refuse_to_run_on_another_python_than_make_was_asked_for(wanted: str) -> None:
    result = subprocess.run(  # noqa: S603 - this very Python
        [
            *(sys.executable, "-m", "pytest", "-n0", "--collect-only"),
            str(ROOT / "tests/docs/test_docs.py"),
        ],
        cwd=ROOT,
        env=os.environ | {"TALLY_PYTHON": wanted},
        capture_output=True,
        text=True,
        check=False,
    )
    if wanted == "3.99":
        assert result.returncode == pytest.ExitCode.USAGE_ERROR
        assert "make was asked for Python 3.99, but this is " in result.stderr
    else:
        assert result.returncode == pytest.ExitCode.OK
        assert f"python: {sys.version} at " in result.stdout
