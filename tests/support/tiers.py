"""What runs where: by which Python, and everything with CI=true, elsewhere only what is quick."""

import os
import sys

import pytest

EVERYTHING = os.environ.get("CI") == "true"
"""Whether nothing is left out: not what takes long, nor what needs a program that is missing."""


def leave_out(items: list[pytest.Item]) -> None:
    """Skip what is thorough, unless everything shall run."""
    skip = pytest.mark.skip(reason="thorough: CI=true has it run")
    for item in items:
        if not EVERYTHING and item.get_closest_marker("thorough"):
            item.add_marker(skip)


def require_python() -> None:
    """Refuse to run on another version of Python than the one that `make` was asked for.

    Raises:
        pytest.UsageError: It is another one.
    """
    running = "{}.{}".format(*sys.version_info)
    wanted = os.environ.get("TALLY_PYTHON", running)
    if wanted != running:
        raise pytest.UsageError(f"make was asked for Python {wanted}, but this is {sys.version}")
