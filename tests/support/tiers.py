"""Which tests run: all with CI=true, or else only the quick ones. Which Python runs them."""

import os
import sys

import pytest

EVERYTHING = os.environ.get("CI") == "true"
"""Whether all tests run, even slow ones and those whose programs are missing, which fail."""


def leave_out(items: list[pytest.Item]) -> None:
    """Skip thorough tests unless all tests run."""
    skip = pytest.mark.skip(reason="thorough: CI=true has it run")
    for item in items:
        if not EVERYTHING and item.get_closest_marker("thorough"):
            item.add_marker(skip)


def require_python() -> None:
    """Check that the version of Python is the one that `make` was asked for.

    Raises:
        pytest.UsageError: It is another one.
    """
    running = "{}.{}".format(*sys.version_info)
    wanted = os.environ.get("TALLY_PYTHON", running)
    if wanted != running:
        raise pytest.UsageError(f"make was asked for Python {wanted}, but this is {sys.version}")
