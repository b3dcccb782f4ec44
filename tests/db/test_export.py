"""Totals as a table, as CSV and as JSON."""

import csv
import io
import json
import os
from dataclasses import replace

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import QueuePool

from db.export import Format, export, export_person
from db.filters import Filter
from db.models import Kind
from db.payments import Payments
from db.preferences import PreferenceStore
from db.sessions import Sessions
from db.totals import Totals
from db.users import Profile, Users
from tests.db.test_payments import PAID
from tests.support.samples import NOON, new_total

FAMILY = "\N{MAN}\N{ZERO WIDTH JOINER}\N{WOMAN}\N{ZERO WIDTH JOINER}\N{GIRL}"
SHALOM = "\u05e9\u05dc\u05d5\u05dd"
ID = bytes(range(16))


@pytest.fixture
def url(sqlite_url: str) -> str:
    """Give an SQLite database; an export does not depend on the kind."""
    return sqlite_url


class Terminal(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self) -> bool:
        """Tell that the stream is a terminal."""
        return True


async def written(totals: Totals, format_: Format, out: io.StringIO | None = None) -> str:
    out = out or io.StringIO()
    await export(totals.stream(Filter()), out, format_)
    return out.getvalue()


async def labels_in_csv(totals: Totals) -> list[str]:
    text = io.StringIO(await written(totals, Format.CSV), newline="")
    return [row["label"] for row in csv.DictReader(text)]


async def test_csv(totals: Totals) -> None:
    await totals.add(new_total(confirmation_id=ID, label='12" nails, bent', value=-5))
    await totals.add(new_total(confirmation_id=ID[::-1], chat_id=None, kind=Kind.INLINE))
    assert await written(totals, Format.CSV) == (
        '"id","created_at","user_id","chat_id","kind","label","value","confirmation_id"\r\n'
        '"2","2026-05-04T12:00:00+00:00","7","","inline","","1",'
        '"0f0e0d0c0b0a09080706050403020100"\r\n'
        '"1","2026-05-04T12:00:00+00:00","7","-1001234567890","numbers",'
        '"12"" nails, bent","-5","000102030405060708090a0b0c0d0e0f"\r\n'
    )


DEFUSED = {
    **{sign: f"'{sign}" for sign in ("=1+1", "+1", "-1", "@SUM(A1)", '"=1', "\ta", "\ra")},
    **{f"{sign}1": f"'{sign}1" for sign in "\uff1d\uff0b\uff0d\uff20"},
    **{f"x{by}=1": f"x{by}'=1" for by in ",;|\t\n\r\v\f\x85\u2028 "},
    **{f"x;{sign}1": f"x;'{sign}1" for sign in "+-@\uff1d\uff0b\uff0d\uff20"},
    "\t=1": "'\t'=1",
    " =1": "' '=1",
    "x;=cmd|' /C calc'!A1": "x;'=cmd|' /C calc'!A1",
    "x; -1": "x;' -1",
    'x;""=1': 'x;\'""=1',
    "a;=1,+2|@3": "a;'=1,'+2|'@3",
}
"""Names that become formulas, and how they are written."""


@pytest.mark.parametrize("label", DEFUSED)
async def test_csv_defuses_formulas(totals: Totals, label: str) -> None:
    await totals.add(new_total(label=label))
    assert await labels_in_csv(totals) == [DEFUSED[label]]


@pytest.mark.parametrize(
    "label",
    [FAMILY, SHALOM, "2-1", "a=b", "tea - green", "4 + 1 @ home", "'", ";", "a; b", "a\nb", "a\rb"],
)
async def test_csv_leaves_other_labels_alone(totals: Totals, label: str) -> None:
    await totals.add(new_total(label=label))
    assert await labels_in_csv(totals) == [label]


async def test_json(totals: Totals) -> None:
    await totals.add(new_total(confirmation_id=ID, label=f"=1 {FAMILY} {SHALOM}"))
    await totals.add(new_total(confirmation_id=ID[::-1], chat_id=None, kind=Kind.INLINE))
    newest, oldest = json.loads(await written(totals, Format.JSON))
    assert oldest == {
        "id": 1,
        "created_at": "2026-05-04T12:00:00+00:00",
        "user_id": 7,
        "chat_id": -1001234567890,
        "kind": "numbers",
        "label": f"=1 {FAMILY} {SHALOM}",
        "value": 1,
        "confirmation_id": "000102030405060708090a0b0c0d0e0f",
    }
    assert (newest["chat_id"], newest["label"]) == (None, None)


async def test_the_export_of_a_person_has_all_of_their_data(
    totals: Totals, sessions: Sessions
) -> None:
    users, payments = Users(sessions), Payments(sessions)
    await users.seen(Profile(7, 'Ann "&"', None, "en"))
    await PreferenceStore(sessions).set(7, steps=(-1, 2))
    await payments.save(PAID)
    await payments.save(replace(PAID, telegram_payment_charge_id="stx-2", refunded_at=NOON))
    await payments.save(replace(PAID, telegram_payment_charge_id="stx-3", user_id=8))
    for _ in range(2):
        await totals.add(new_total(user_id=7))
    out = io.StringIO()
    mine = totals.stream(Filter(user_id=7))
    await export_person(await users.get(7), await payments.of(7), mine, out)
    taken = json.loads(out.getvalue())
    person = taken["person"]
    assert (person["first_name"], person["username"]) == ('Ann "&"', None)
    assert person["steps"] == [-1, 2]
    charges = [each["telegram_payment_charge_id"] for each in taken["payments"]]
    assert charges == ["stx-2", "stx-1"]
    assert taken["payments"][0]["refunded_at"] == NOON.isoformat()
    assert taken["payments"][0]["bill_id"] == PAID.bill_id.hex()
    assert [total["id"] for total in taken["totals"]] == [2, 1]


async def test_the_export_of_an_unknown_person_is_empty(totals: Totals) -> None:
    out = io.StringIO()
    await export_person(None, [], totals.stream(Filter(user_id=7)), out)
    assert json.loads(out.getvalue()) == {"person": None, "payments": [], "totals": []}


async def test_an_export_without_totals_is_valid(totals: Totals) -> None:
    assert json.loads(await written(totals, Format.JSON)) == []
    assert len((await written(totals, Format.CSV)).splitlines()) == 1
    assert (await written(totals, Format.TABLE)).split() == [
        *("id", "created_at", "(UTC)", "user_id", "chat_id", "kind", "label", "value")
    ]


async def test_a_piped_table_is_plain_and_has_a_line_a_total(totals: Totals) -> None:
    labels = ["[red]" + "x" * 59, FAMILY, SHALOM, "a\nb\x1b[2Jc"]
    for label in labels:
        await totals.add(new_total(label=label, kind=Kind.NUMBERS_FAB, value=-123456789))
    header, *lines = (await written(totals, Format.TABLE)).splitlines()
    assert header.split()[:3] == ["id", "created_at", "(UTC)"]
    shown = [*labels[:3], "a b [2Jc"]
    for line, label in zip(reversed(lines), shown, strict=True):
        assert "2026-05-04 12:00:00" in line
        assert f" {label} " in line
        assert line.endswith(" -123456789")


async def test_a_table_fits_into_a_terminal_and_loses_no_digit(
    totals: Totals, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "dumb")
    await totals.add(new_total(label="x" * 64, user_id=5_000_000_000, value=-123456789))
    text = await written(totals, Format.TABLE, Terminal())
    assert max(map(len, text.splitlines())) <= 80
    assert text.count("x") == 64
    for whole in ("5000000000", "-1001234567890", "-123456789", "2026-05-04", "12:00:00"):
        assert whole in text


@pytest.mark.parametrize("format_", Format)
async def test_a_closed_pipe_raises_an_error_for_the_caller(
    totals: Totals, engine: AsyncEngine, format_: Format
) -> None:
    await totals.add(new_total())
    reader, writer = os.pipe()
    os.close(reader)
    out = os.fdopen(writer, "w")
    with pytest.raises(BrokenPipeError):
        await export(totals.stream(Filter()), out, format_)
    with pytest.raises(BrokenPipeError):
        out.close()  # it tries again to write its buffer
    assert isinstance(engine.pool, QueuePool)
    assert engine.pool.checkedout() == 0
