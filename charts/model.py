"""What a chart shows, as plain data that one process sends to the other."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Panel:
    """A row of bars.

    Attributes:
        title: The title above the bars, "" for none.
        values: The value of each bar; negative bars point the other way.
    """

    title: str
    values: Sequence[int]


@dataclass(frozen=True, slots=True)
class Chart:
    """Panels below each other that share the names of their bars.

    Attributes:
        names: The name of each bar, "" for none. Characters that the font lacks, such as most
            emoji, are left out.
        panels: At least one; each has as many values as there are names.
        lying: Whether the bars are horizontal, which suits long names.
        dark: Whether to use the colours of a dark theme.
    """

    names: Sequence[str]
    panels: Sequence[Panel]
    lying: bool = False
    dark: bool = False

    def to_json(self) -> str:
        """Write the chart as one line of JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Read a chart that `to_json` has written."""
        fields = json.loads(text)
        fields["panels"] = [Panel(**panel) for panel in fields["panels"]]
        return cls(**fields)
