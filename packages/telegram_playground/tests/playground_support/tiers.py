"""Which tests run: all with CI=true, or else only the quick ones."""

import os

import pytest

EVERYTHING = os.environ.get("CI") == "true"
"""Whether all tests run, even slow ones and those whose programs are missing, which fail."""


def leave_out(items: list[pytest.Item]) -> None:
    """Skip thorough tests unless all tests run."""
    skip = pytest.mark.skip(reason="thorough: CI=true has it run")
    for item in items:
        if not EVERYTHING and item.get_closest_marker("thorough"):
            item.add_marker(skip)
