"""CSV in LibreOffice: a name never becomes a formula, with any separator."""

import csv
import io
import shutil
import subprocess
from collections.abc import AsyncGenerator, Iterable, Iterator, Sequence
from itertools import product
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from db.export import Format, export
from db.models import Kind, Total
from playground_support.tiers import EVERYTHING
from tests.support.samples import NOON

MISSING = "LibreOffice Calc is not installed (Debian: apt-get install libreoffice-calc)"
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|", "space": " "}
FORMULAS = [
    "=1+1",
    "x;=1+1",
    "x,=1+1",
    "x\t=1+1",
    "x|=1+1",
    "x =1+1",
    "x\n=1+1",
    'x";=1+1',
    "x; =1",
]

pytestmark = pytest.mark.thorough


@pytest.fixture(scope="module")
def office() -> str:
    """Give LibreOffice's program; without one, skip the test, or fail it with CI=true."""
    program = shutil.which("soffice")
    if program is None:
        (pytest.fail if EVERYTHING else pytest.skip)(MISSING)
    return program


def names() -> Iterator[str]:
    """Yield names that could become formulas: known ones, and all short ones of special signs."""
    yield from FORMULAS
    for length in range(1, 5):
        for signs in product('=;,"\t 1', repeat=length):
            if "=" in signs:
                yield "".join(signs)


def opened(office: str, folder: Path, text: str, separator: str) -> list[ET.Element]:
    """Open CSV in LibreOffice, which reads formulas as formulas; give all cells."""
    folder.joinpath("totals.csv").write_text(text, encoding="utf-8-sig", newline="")
    # Separator, quote, UTF-8, first line, formats, language, quoted texts are no numbers by force,
    # numbers are found, no formats are kept, no blanks removed, first sheet, formulas count;
    # see "Filter Options for CSV Import" in LibreOffice's help.
    options = f"{ord(separator)},34,76,1,,0,false,true,false,false,false,-1,true"
    subprocess.run(  # noqa: S603 - the program that was found
        [
            office,
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            "--headless",
            f"--infilter=Text - txt - csv (StarCalc):{options}",
            *("--convert-to", "fods", "--outdir", str(folder), str(folder / "totals.csv")),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    sheet = ET.parse(folder / "totals.fods")  # noqa: S314 - LibreOffice's own
    return list(sheet.iter(f"{TABLE}table-cell"))


def formulas(cells: Iterable[ET.Element]) -> list[str]:
    """Give the formulas of the cells that have one."""
    return [cell.attrib[f"{TABLE}formula"] for cell in cells if f"{TABLE}formula" in cell.attrib]


async def exported(labels: Sequence[str], values: Sequence[int] = (1,)) -> str:
    """Give a CSV of totals with these names and values."""

    async def totals() -> AsyncGenerator[Total, None]:
        for number, label in enumerate(labels):
            yield Total(
                id=number + 1,
                confirmation_id=bytes(16),
                user_id=7,
                chat_id=-1001234567890,
                kind=Kind.NUMBERS,
                label=label,
                value=values[number % len(values)],
                created_at=NOON,
            )

    out = io.StringIO(newline="")
    await export(totals(), out, Format.CSV)
    return out.getvalue()


@pytest.mark.parametrize("separator", SEPARATORS.values(), ids=SEPARATORS)
async def test_no_name_becomes_a_formula(office: str, tmp_path: Path, separator: str) -> None:
    cells = opened(office, tmp_path, await exported(list(names())), separator)
    assert len(cells) > len(list(names()))
    assert formulas(cells) == []


@pytest.mark.parametrize("separator", SEPARATORS.values(), ids=SEPARATORS)
def test_without_the_apostrophe_they_would_be_formulas(
    office: str, tmp_path: Path, separator: str
) -> None:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([number, label, 1] for number, label in enumerate(names()))
    assert formulas(opened(office, tmp_path, out.getvalue(), separator))


async def test_numbers_stay_numbers(office: str, tmp_path: Path) -> None:
    cells = opened(office, tmp_path, await exported(["tea", "-5"], [-5, 7]), ",")
    numbers = [
        cell.attrib[f"{OFFICE}value"]
        for cell in cells
        if cell.attrib.get(f"{OFFICE}value-type") == "float"
    ]
    assert numbers.count("-5") == 1
    assert numbers.count("7") == 3
    assert numbers.count("-1001234567890") == 2
