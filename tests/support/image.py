"""Reads Dockerfile and .dockerignore, and makes the tree of an image without Docker."""

import json
import re
import shutil
from fnmatch import fnmatch
from pathlib import Path

from tests.support.nursery import ROOT

Step = tuple[str, str]
"""An instruction of a Dockerfile: its name, and its arguments in one line."""


def steps() -> list[Step]:
    """Read the Dockerfile."""
    text = (ROOT / "Dockerfile").read_text()
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    whole = re.sub(r"\s*\\\n\s*", " ", "\n".join(lines))
    return [(name, rest) for name, _, rest in (line.partition(" ") for line in whole.splitlines())]


def variables() -> dict[str, str]:
    """Give the environment that the Dockerfile sets."""
    settings = " ".join(rest for name, rest in steps() if name == "ENV")
    return dict(re.findall(r"(\w+)=(\S+)", settings))


def command(instruction: str) -> list[str]:
    """Give the words of the last command with this instruction, such as CMD."""
    (*_, last) = [rest for name, rest in steps() if name == instruction]
    words: list[str] = json.loads(last[last.index("[") :])
    return words


def is_sent(name: str) -> bool:
    """Tell whether .dockerignore lets a file or folder of the project into an image."""
    sent = True
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        if line and not line.startswith("#") and fnmatch(name, line.removeprefix("!")):
            sent = line.startswith("!")
    return sent


def make_tree(folder: Path) -> None:
    """Copy the files that get into an image to a folder."""
    folder.mkdir(parents=True)
    for path in filter(lambda path: is_sent(path.name), ROOT.iterdir()):
        if path.is_dir():
            shutil.copytree(path, folder / path.name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(path, folder)
