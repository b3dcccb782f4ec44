"""Writes totals and sums as a table for people, CSV for spreadsheets or JSON for programs.

It also writes all data of a person as JSON.
"""

import csv
import json
import re
import unicodedata
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import asdict, fields
from datetime import date, datetime
from enum import StrEnum
from typing import TextIO

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from db.models import Base, Payment, Total, User
from db.summaries import Chat, Day, Label, Person

Cell = int | str | date | None
"""A value in a column; `date` includes `datetime`."""
Row = Mapping[str, Cell]
Sum = Day | Label | Person | Chat

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

# A spreadsheet reads a cell that begins with one of these as a formula. They include the full-width
# forms; see https://owasp.org/www-community/attacks/CSV_Injection
_EQUALS = r"=\uff1d"
_FORMULA = rf"{_EQUALS}+\uff0b@\uff20\uff0d-"
# Characters that may separate cells; which one a spreadsheet uses depends on its country.
_SEPARATORS = r",;|\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029"
# Spreadsheets drop blanks and lone quotes between a separator and a formula.
_BLANKS = r"\s\x00-\x1f\ufeff\""
# Each position where an apostrophe keeps a cell a text. LibreOffice splits cells at spaces only if
# told to, and then reads formulas only after an equals sign; so dashes behind spaces stay as is.
_DANGER = re.compile(
    rf"(?:^|(?<=[{_SEPARATORS}]))(?=[{_BLANKS}]*[{_FORMULA}])"
    rf"|^(?=[\t\r\n])"
    rf"|(?<=\s)(?=\"*[{_EQUALS}])"
)

# The number of rows of a table that are laid out together.
_BLOCK = 500
_TIMES = ("created_at", "last")
_NAMES = ("label", "first_name", "username")
_LEFT = {*_TIMES, *_NAMES, "kind", "day"}


class Format(StrEnum):
    """The output formats."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


async def export(totals: AsyncGenerator[Total, None], out: TextIO, format_: Format) -> None:
    """Write any number of totals to a text stream as they come, and flush it.

    In CSV each cell is quoted. A text that a spreadsheet would read as a formula gets an
    apostrophe in front, also within a cell, behind each character that may separate cells.

    Args:
        totals: The result of `db.totals.Totals.stream`. It is closed at the end in any case.
        out: Gets the text, in Unicode. On a terminal a table is folded to fit; elsewhere it is as
            wide as it has to be.
        format_: The output format.

    Raises:
        BrokenPipeError: The reader has ended (`| head`). To end quietly, the caller should call
            `os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())`, so that the
            interpreter's last flush succeeds.
    """
    async with aclosing(totals):
        await _WRITE[format_]((_row(total) async for total in totals), _COLUMNS, out)
    out.flush()


async def export_person(
    person: User | None,
    payments: Sequence[Payment],
    totals: AsyncGenerator[Total, None],
    out: TextIO,
) -> None:
    """Write all data of a person to a text stream, as one JSON object, and flush it.

    Args:
        person: The person with their preferences, None if they are unknown.
        payments: Their payments.
        totals: Their totals, as `export` takes them.
        out: Gets the text, in Unicode.
    """
    about = {"person": person and _all_of(person), "payments": [_all_of(each) for each in payments]}
    begun = json.dumps(about, ensure_ascii=False, default=_in_words).removesuffix("}")
    out.write(f'{begun}, "totals": ')
    async with aclosing(totals):
        await _write_json((_row(total) async for total in totals), _COLUMNS, out)
    out.write("}\n")
    out.flush()


async def export_sums(kind: type[Sum], sums: Sequence[Sum], out: TextIO, format_: Format) -> None:
    """Write sums to a text stream, as `export` does with totals.

    Args:
        kind: The class of the sums.
        sums: The sums, from `db.summaries.Summaries`.
        out: Gets the text, in Unicode.
        format_: The output format.

    Raises:
        BrokenPipeError: The reader has ended; see `export`.
    """

    async def rows() -> AsyncIterator[Row]:
        for each in sums:
            yield asdict(each)

    await _WRITE[format_](rows(), tuple(field.name for field in fields(kind)), out)
    out.flush()


async def _write_csv(rows: AsyncIterator[Row], columns: Sequence[str], out: TextIO) -> None:
    # `csv` ends lines with CR LF, as RFC 4180 demands.
    sheet = csv.writer(out, quoting=csv.QUOTE_ALL)
    sheet.writerow(columns)
    async for row in rows:
        sheet.writerow([_defused(_plain(row[column])) for column in columns])


async def _write_json(rows: AsyncIterator[Row], columns: Sequence[str], out: TextIO) -> None:
    before = "["
    async for row in rows:
        record = {column: _plain(row[column]) for column in columns}
        out.write(f"{before}\n{json.dumps(record, ensure_ascii=False)}")
        before = ","
    out.write("[]\n" if before == "[" else "\n]\n")


async def _write_table(rows: AsyncIterator[Row], columns: Sequence[str], out: TextIO) -> None:
    shown = [column for column in columns if column != "confirmation_id"]
    widths = dict.fromkeys(shown, 0)
    block: list[list[str]] = []
    header = True
    async for row in rows:
        block.append([_cell(row[column]) for column in shown])
        if len(block) == _BLOCK:
            _write_block(block, widths, out, header=header)
            block, header = [], False
    if block or header:
        _write_block(block, widths, out, header=header)


def _write_block(
    block: list[list[str]], widths: dict[str, int], out: TextIO, *, header: bool
) -> None:
    """Write some rows of a table, no narrower than those before, so that columns stay aligned."""
    headings = [f"{column} (UTC)" if column in _TIMES else column for column in widths]
    lines = [headings, *block] if header else block
    for index, column in enumerate(widths):
        longest = max(cell_len(cells[index]) for cells in lines)
        widths[column] = max(widths[column], longest)
    if out.isatty():
        _fit(lines, widths, out)
        return
    for cells in lines:
        padded = (_pad(cell, *column) for cell, column in zip(cells, widths.items(), strict=True))
        out.write(f"{'  '.join(padded).rstrip()}\n")


def _pad(cell: str, column: str, width: int) -> str:
    space = " " * (width - cell_len(cell))
    return cell + space if column in _LEFT else space + cell


def _fit(lines: list[list[str]], widths: dict[str, int], out: TextIO) -> None:
    """Write rows folded to the width of the terminal. Names and times fold, numbers don't."""
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    for column, width in widths.items():
        may_fold = column in {*_TIMES, *_NAMES}
        table.add_column(
            justify="left" if column in _LEFT else "right",
            min_width=len("2026-01-31") if may_fold else width,
            overflow="fold",
            no_wrap=not may_fold,
        )
    for cells in lines:
        table.add_row(*map(Text, cells))
    console = Console(file=out)
    # Captured, because rich would exit the process if the pipe is closed.
    with console.capture() as capture:
        console.print(table)
    out.writelines(f"{line.rstrip()}\n" for line in capture.get().splitlines())


_WRITE = {Format.TABLE: _write_table, Format.CSV: _write_csv, Format.JSON: _write_json}


def _row(total: Total) -> Row:
    row: dict[str, Cell] = {column: getattr(total, column) for column in _COLUMNS}
    return row | {"kind": total.kind.value, "confirmation_id": total.confirmation_id.hex()}


def _all_of(row: Base) -> dict[str, object]:
    return {column.key: getattr(row, column.key) for column in row.__table__.columns}


def _in_words(value: bytes | date) -> str:
    return value.hex() if isinstance(value, bytes) else value.isoformat()


def _plain(cell: Cell) -> int | str | None:
    return cell.isoformat() if isinstance(cell, date) else cell


def _cell(cell: Cell) -> str:
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M:%S}"
    return "" if cell is None else _harmless(str(_plain(cell)))


def _defused(cell: int | str | None) -> int | str | None:
    return _DANGER.sub("'", cell) if isinstance(cell, str) else cell


def _harmless(text: str) -> str:
    """Replace line breaks, which would tear a row, and escape codes, which control terminals."""
    return "".join(
        " " if unicodedata.category(character) in {"Cc", "Zl", "Zp"} else character
        for character in text
    )
