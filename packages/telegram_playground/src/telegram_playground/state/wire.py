"""What goes over the wire, and is kept as it goes there."""

from typing import Any

Json = dict[str, Any]
"""A JSON object."""
