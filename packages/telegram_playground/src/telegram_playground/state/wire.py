"""What comes by HTTP: JSON objects, which are kept as they are sent, and files."""

from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
"""A JSON object."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that a form uploads.

    Attributes:
        name: The file's name, as the form gives it.
        data: Its bytes.
    """

    name: str
    data: bytes
