"""What a chart shows, as plain data: it goes from one process to another."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Panel:
    """A row of bars.

    Attributes:
        title: What stands above it, "" for nothing.
        values: How long each bar is; below 0 it goes the other way.
    """

    title: str
    values: Sequence[int]


@dataclass(frozen=True, slots=True)
class Chart:
    """Panels of bars below each other, which share their names.

    Attributes:
        names: What stands at each bar, "" for nothing. Any text will do: what no font
            here can draw, such as most emoji, is left out.
        panels: At least one; each has as many values as there are names.
        lying: Whether the bars lie, one below the other, as long names like it.
        dark: Whether it is for a dark theme.
    """

    names: Sequence[str]
    panels: Sequence[Panel]
    lying: bool = False
    dark: bool = False

    def to_json(self) -> str:
        """Write it on one line."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Read what `to_json` has written."""
        fields = json.loads(text)
        fields["panels"] = [Panel(**panel) for panel in fields["panels"]]
        return cls(**fields)
