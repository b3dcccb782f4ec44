"""Shares: the limits that no journey reaches."""

from aiogram.types import User
from aiogram_dialog.tools.preview import FakeManager

from locales import Catalog
from widgets.shares import NAME_MAX, TOLD_APART, Contributions, Shares, contribute


def person(number: int, name: str = "Ann") -> User:
    return User(id=number, is_bot=False, first_name=name)


async def lines(shares: Shares) -> list[str]:
    """Give the lines that a window shows for shares."""
    data = {"shares": shares, "texts": Catalog().speak("en")}
    manager = FakeManager()
    return (await Contributions().render_text(data, manager)).splitlines()


async def test_people_beyond_the_kept_shares_are_not_named() -> None:
    shares: Shares = {}
    for number in range(TOLD_APART + 5):
        contribute(shares, person(number), 1)
    contribute(shares, person(0), 1)
    assert len(shares) == TOLD_APART
    assert shares["0"] == ["Ann", 2]
    shown = await lines(shares)
    assert shown[0] == "+2 · Ann"
    assert shown[-1] == f"and {TOLD_APART - 10}+ more"


async def test_a_share_of_zero_is_removed() -> None:
    shares: Shares = {}
    for by in (2, -1, -1):
        contribute(shares, person(1), by)
    assert shares == {}
    contribute(shares, person(1), 0)
    assert await lines(shares) == []


async def test_a_name_is_one_line_of_bounded_length() -> None:
    shares: Shares = {}
    contribute(shares, person(1, "A\n\t\n" + "n" * 64), -3)
    (line,) = await lines(shares)
    assert line == "-3 · A " + "n" * (NAME_MAX - 2)
