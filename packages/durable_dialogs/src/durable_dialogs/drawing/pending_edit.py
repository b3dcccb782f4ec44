"""A pending edit: a window that waits to be drawn, alone or merged with earlier ones."""

import asyncio
from dataclasses import dataclass, field, replace

from durable_dialogs.state.outcome import Drawing
from durable_dialogs.telemetry import update_id


@dataclass(frozen=True, slots=True)
class PendingEdit:
    """An edit that waits in its message's queue.

    Attributes:
        drawing: The latest of the merged drawings.
        version: The version of the record that the drawing shows.
        done: Set once the edit was made or given up.
        update: The id of the update that caused the edit, None for none.
    """

    drawing: Drawing
    version: str
    done: asyncio.Event = field(default_factory=asyncio.Event)
    update: int | None = field(default_factory=update_id.get)

    def is_replaced_by(self, later: "PendingEdit") -> bool:
        """Tell whether this edit need not be made if a later one is."""
        return _can_merge(self.drawing, later.drawing)

    def merged_with(self, drawing: Drawing, version: str) -> "PendingEdit | None":
        """Return one edit for this drawing and a later one, None if each must be made."""
        if not _can_merge(self.drawing, drawing):
            return None
        # The record differs if one window has handed its message on to another.
        merged = replace(self.drawing, record=drawing.record, content=drawing.content)
        return PendingEdit(merged, version, self.done)


def _can_merge(first: Drawing, later: Drawing) -> bool:
    return not (later.fresh or first.content is None or later.content is None)
