"""JSON objects, which are kept as they are sent."""

from typing import Any

Json = dict[str, Any]
"""A JSON object."""
