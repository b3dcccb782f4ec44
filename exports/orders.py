"""An order of a document, as the outbox keeps it."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Self

from db.export import Format
from db.filters import Filter
from db.models import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a person has asked for; the outbox keeps it as JSON.

    Attributes:
        chat_id: The chat to send it to.
        format: The file format.
        wanted: Which totals.
        language: The language of the caption.
        is_whole: Whether to add the person's settings and payments; `format` must be JSON.
        thread_id: The topic of the chat; see `durable_dialogs.telegram.topics`.
    """

    chat_id: int
    format: Format
    wanted: Filter
    language: str
    is_whole: bool = False
    thread_id: int | None = None

    def to_json(self) -> str:
        """Write the order as JSON for the outbox."""
        return json.dumps(asdict(self), default=datetime.isoformat)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read an order that `to_json` has written.

        Raises:
            ValueError: The text is something else.
        """
        fields = json.loads(text)
        wanted = fields["wanted"]
        for name in ("since", "until"):
            wanted[name] = datetime.fromisoformat(wanted[name]) if wanted[name] else None
        wanted["kind"] = Kind(wanted["kind"]) if wanted["kind"] else None
        fields |= {"wanted": Filter(**wanted), "format": Format(fields["format"])}
        return cls(**fields)
