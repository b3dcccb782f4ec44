"""Prints the results of several subjects side by side."""

import statistics
from collections.abc import Mapping, Sequence

from rich import box
from rich.console import Console
from rich.table import Table


def show(title: str, rows: Mapping[str, str], figures: Mapping[str, Sequence[object]]) -> None:
    """Print the medians as a Markdown table with one column a subject.

    Args:
        title: The title above the table.
        rows: Heading and format of each row by the name of its attribute, such as
            "CPU, us: .0f".
        figures: The results of each round, by subject.
    """
    table = Table(title=title, box=box.MARKDOWN)
    table.add_column(no_wrap=True)
    for name in figures:
        table.add_column(name, justify="right")
    for key, row in rows.items():
        heading, _, form = row.rpartition(": ")
        medians = (
            statistics.median(getattr(each, key) for each in rounds) for rounds in figures.values()
        )
        table.add_row(heading, *(format(median, form) for median in medians))
    Console().print(table)
