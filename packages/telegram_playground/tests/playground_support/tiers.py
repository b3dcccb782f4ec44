"""What runs where: everything with CI=true, and elsewhere only what is quick."""

import os

import pytest

EVERYTHING = os.environ.get("CI") == "true"
"""Whether nothing is left out: not what takes long, nor what needs a program that is missing."""


def leave_out(items: list[pytest.Item]) -> None:
    """Skip what is thorough, unless everything shall run."""
    skip = pytest.mark.skip(reason="thorough: CI=true has it run")
    for item in items:
        if not EVERYTHING and item.get_closest_marker("thorough"):
            item.add_marker(skip)
