"""Writes totals out: a table to look at, CSV for spreadsheets, JSON for programs."""

import csv
import json
import unicodedata
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from enum import StrEnum
from typing import TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from db.models import Total

_COLUMNS = (
    "id",
    "created_at",
    "user_id",
    "chat_id",
    "kind",
    "label",
    "value",
    "confirmation_id",
)

# What makes a spreadsheet take a cell for a formula, also in full width, after
# https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")

# Columns of a table that no terminal bounds: more than any label needs.
_UNBOUNDED = 1000


class Format(StrEnum):
    """How totals are written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


async def export(totals: AsyncGenerator[Total, None], out: TextIO, format_: Format) -> None:
    """Write totals to a text stream and flush it.

    CSV and JSON are written as the totals come, in any number; a table needs
    them all in memory. In CSV a label that a spreadsheet would take for a
    formula gets an apostrophe in front.

    Args:
        totals: `db.totals.Totals.stream`; closed at the end, however it comes.
        out: Takes Unicode. A terminal gets a table that fits into it, anything
            else a plain one as wide as it has to be.
        format_: How to write them.

    Raises:
        BrokenPipeError: Nobody reads any more (`| head`). It is the caller's to
            end quietly: with `os.dup2(os.open(os.devnull, os.O_WRONLY),
            sys.stdout.fileno())`, so that the interpreter's last flush succeeds.
    """
    write = {Format.TABLE: _write_table, Format.CSV: _write_csv, Format.JSON: _write_json}
    async with aclosing(totals):
        await write[format_](totals, out)
    out.flush()


async def _write_csv(totals: AsyncIterator[Total], out: TextIO) -> None:
    rows = csv.DictWriter(out, _COLUMNS)  # ends lines with CR LF, as RFC 4180 has it
    rows.writeheader()
    async for total in totals:
        rows.writerow(_record(total) | {"label": _defused(total.label)})


async def _write_json(totals: AsyncIterator[Total], out: TextIO) -> None:
    before = "["
    async for total in totals:
        out.write(f"{before}\n{json.dumps(_record(total), ensure_ascii=False)}")
        before = ","
    out.write("[]\n" if before == "[" else "\n]\n")


async def _write_table(totals: AsyncIterator[Total], out: TextIO) -> None:
    table = Table(box=None, pad_edge=False)
    table.add_column("id", justify="right", no_wrap=True)
    table.add_column("created_at (UTC)", min_width=len("2026-01-31"))
    table.add_column("user_id", justify="right", no_wrap=True)
    table.add_column("chat_id", justify="right", no_wrap=True)
    table.add_column("kind", no_wrap=True)
    table.add_column("label", overflow="fold")
    table.add_column("value", justify="right", no_wrap=True)
    async for total in totals:
        table.add_row(*_cells(total))
    console = Console(file=out, width=None if out.isatty() else _UNBOUNDED)
    # Captured, since rich would end the process itself when the pipe is closed.
    with console.capture() as capture:
        console.print(table)
    out.writelines(f"{line.rstrip()}\n" for line in capture.get().splitlines())


def _cells(total: Total) -> tuple[str | Text, ...]:
    return (
        str(total.id),
        f"{total.created_at:%Y-%m-%d %H:%M:%S}",
        str(total.user_id),
        "" if total.chat_id is None else str(total.chat_id),
        total.kind.value,
        Text(_harmless(total.label or "")),
        str(total.value),
    )


def _record(total: Total) -> dict[str, int | str | None]:
    return {
        "id": total.id,
        "created_at": total.created_at.isoformat(),
        "user_id": total.user_id,
        "chat_id": total.chat_id,
        "kind": total.kind.value,
        "label": total.label,
        "value": total.value,
        "confirmation_id": total.confirmation_id.hex(),
    }


def _defused(label: str | None) -> str | None:
    if label is not None and label.lstrip().startswith(_FORMULA):
        return f"'{label}"
    return label


def _harmless(label: str) -> str:
    """Without line breaks, which would tear a row, and escape codes, which rule terminals."""
    return "".join(
        " " if unicodedata.category(character) in {"Cc", "Zl", "Zp"} else character
        for character in label
    )
