"""A window that waits to be drawn on a message, alone or in the place of those before it."""

import asyncio
from dataclasses import dataclass, field, replace

from aiogram_dialog.api.entities import MarkupVariant

from durable_dialogs.state.outcome import Drawing
from durable_dialogs.telemetry import update_id


@dataclass(frozen=True, slots=True)
class PendingEdit:
    """A drawing that waits its turn.

    Attributes:
        drawing: The latest of those that it stands for.
        version: The version of its record that it shows.
        over: Is set when it was drawn, or given up.
        update: The update that it comes of, None for none.
    """

    drawing: Drawing
    version: str
    over: asyncio.Event = field(default_factory=asyncio.Event)
    update: int | None = field(default_factory=update_id.get)

    @property
    def buttons(self) -> MarkupVariant | None:
        """The buttons that it gives its message."""
        return self.drawing.content.reply_markup if self.drawing.content else None

    def is_covered_by(self, other: "PendingEdit") -> bool:
        """Tell whether it need not be drawn if another is."""
        return _are_one(self.drawing, other.drawing)

    def then(self, drawing: Drawing, version: str) -> "PendingEdit | None":
        """Give the one job that does for itself and a drawing after it, None where each counts."""
        if not _are_one(self.drawing, drawing):
            return None
        # Of another record, where one window has handed its message on to another.
        both = replace(self.drawing, record=drawing.record, content=drawing.content)
        return PendingEdit(both, version, self.over)


def _are_one(first: Drawing, then: Drawing) -> bool:
    return not (then.fresh or first.content is None or then.content is None)
