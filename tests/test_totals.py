"""The totals in the chat: newest first, a page at a time."""

from playground import Person
from tests.tally import Tally
from tests.test_counter import open_counter


async def test_a_person_without_totals_is_told_how_to_get_one(ann: Person) -> None:
    totals = await open_counter(ann, "/totals")
    assert "Nothing is confirmed yet" in (totals.text or "")
    assert totals.labels == [["Back"]]


async def test_totals_are_paged_newest_first_with_a_summary(ann: Person, tally: Tally) -> None:
    await tally.add_totals(ann, range(1, 24))
    totals = await open_counter(ann, "/totals")

    def shown(text: str | None) -> list[int]:
        return [int(line.partition(" · ")[0]) for line in (text or "").splitlines() if "·" in line]

    assert shown(totals.text) == list(range(23, 13, -1))
    assert (totals.text or "").endswith("23 totals, sum 276")
    below = [["Filter", "At a glance"], ["Chart", "My data"], ["Back"]]
    assert totals.labels == [["Older »"], *below]
    await ann.press(totals, "Older »")
    totals = await ann.until(totals, lambda message: shown(message.text)[0] == 13)
    assert totals.labels == [["« Newer", "Older »"], *below]
    await ann.press(totals, "Older »")
    totals = await ann.until(totals, lambda message: shown(message.text) == [3, 2, 1])
    assert totals.labels == [["« Newer"], *below]
    await ann.press(totals, "« Newer")
    await ann.until(totals, lambda message: shown(message.text)[0] == 13)


async def test_everybody_sees_only_their_own(ann: Person, boris: Person, tally: Tally) -> None:
    await tally.add_totals(ann, [41])
    await tally.add_totals(boris, [7])
    totals = await open_counter(boris, "/totals")
    assert "7 · label · " in (totals.text or "")
    assert "1 итог, сумма 7" in (totals.text or "")
    assert "41" not in (totals.text or "")


async def test_a_total_shows_its_time_in_utc(ann: Person, tally: Tally) -> None:
    await tally.add_totals(ann, [5])
    totals = await open_counter(ann, "/totals")
    assert "5 · label · 2026-01-01 00:00 UTC" in (totals.text or "")
