"""The totals in the chat: newest first, in pages, by filters, and as a summary."""

from datetime import UTC, datetime, timedelta

from db.models import Kind
from locales import Catalog
from telegram_playground import Answer, Message, Person, Playground
from tests.dialogs.test_counter import open_counter
from tests.support.tally import Tally

BELOW = [["Filter", "At a glance"], ["Chart", "My data"], ["Back"]]
"""The buttons of a list, without those that turn pages."""


def values(message: Message) -> list[int]:
    """Give the values in a list."""
    lines = (message.text or "").splitlines()
    return [int(line.partition(" · ")[0]) for line in lines if "·" in line]


async def follow(person: Person, message: Message, *labels: str) -> Message:
    """Press buttons one after another; each opens another window."""
    for label in labels:
        before = await person.read(message)

        def is_other(now: Message, before: Message = before) -> bool:
            return (now.text, now.reply_markup) != (before.text, before.reply_markup)

        await person.press(message, label)
        message = await person.until(message, is_other)
    return message


async def test_a_person_without_totals_is_told_how_to_get_one(ann: Person) -> None:
    totals = await open_counter(ann, "/totals")
    assert "Nothing is confirmed yet" in (totals.text or "")
    assert totals.labels == [["Back"]]


async def test_totals_are_paged_newest_first_with_a_summary(ann: Person, tally: Tally) -> None:
    await tally.add_totals(ann, range(1, 24))
    totals = await open_counter(ann, "/totals")
    assert values(totals) == list(range(23, 13, -1))
    assert (totals.text or "").endswith("23 totals, sum 276")
    assert totals.labels == [["Older »"], *BELOW]
    await ann.press(totals, "Older »")
    totals = await ann.until(totals, lambda message: values(message)[0] == 13)
    assert totals.labels == [["« Newer", "Older »"], *BELOW]
    await ann.press(totals, "Older »")
    totals = await ann.until(totals, lambda message: values(message) == [3, 2, 1])
    assert totals.labels == [["« Newer"], *BELOW]
    await ann.press(totals, "« Newer")
    await ann.until(totals, lambda message: values(message)[0] == 13)


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
    assert "5 · label · Jan 1, 2026, 12:00\u202fAM UTC" in (totals.text or "")


async def test_numbers_and_dates_are_written_as_the_language_has_them(
    boris: Person, tally: Tally
) -> None:
    await tally.add_totals(boris, [1, 2], created_at=datetime(2026, 5, 20, 14, 30, tzinfo=UTC))
    totals = await open_counter(boris, "/totals")
    assert "1 · label · 20 мая 2026\u202fг., 14:30 UTC" in (totals.text or "")
    glance = await follow(boris, totals, "Сводка")
    assert "В среднем: 1,5" in (glance.text or "").splitlines()


async def test_totals_are_filtered_by_name_counter_and_chat_together(
    ann: Person, tally: Tally, playground: Playground
) -> None:
    friends = await playground.group("Friends & <b>", members=[ann])
    await tally.add_totals(ann, [1], label="<i>tea</i>", kind=Kind.NUMBERS_FAB)
    await tally.add_totals(ann, [2], label="<i>tea</i>")
    await tally.add_totals(ann, [4], label="<i>tea</i>", chat_id=friends.id)
    await tally.add_totals(ann, [8], label=None)
    await tally.add_totals(ann, [16], kind=Kind.INLINE, chat_id=None)
    totals = await open_counter(ann, "/totals")
    totals = await follow(ann, totals, "Filter", "Label", "<i>tea</i>")
    assert "Label: <i>tea</i>" in (totals.text or "")
    assert (totals.text or "").endswith("3 totals, sum 7")
    totals = await follow(ann, totals, "Filter", "Counter", "±1")
    assert (totals.text or "").endswith("2 totals, sum 6")
    totals = await follow(ann, totals, "Filter", "Chat", "Friends & <b>")
    assert (totals.text or "").endswith("1 total, sum 4")
    totals = await follow(ann, totals, "Filter", "Label", "without a label")
    assert "No total fits the filter" in (totals.text or "")
    totals = await follow(ann, totals, "Filter", "Show everything", "Back")
    assert (totals.text or "").endswith("5 totals, sum 31")


async def test_a_chat_without_a_known_title_can_be_chosen_too(
    playground: Playground, tally: Tally
) -> None:
    ann = await playground.person("Ann", language_code="en")
    await tally.add_totals(ann, [3], chat_id=-1009999999999)
    totals = await open_counter(ann, "/totals")
    chats = await follow(ann, totals, "Filter", "Chat")
    totals = await follow(ann, chats, "Chat -1009999999999")
    assert values(totals) == [3]


async def test_a_period_is_chosen_on_a_calendar_and_never_the_wrong_way_round(
    ann: Person, tally: Tally
) -> None:
    today = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
    month = today.replace(day=1) - timedelta(days=1)  # the last day of the month before
    for value, day in enumerate((5, 10, 15), start=1):
        await tally.add_totals(ann, [value], created_at=month.replace(day=day))
    totals = await open_counter(ann, "/totals")
    calendar = await follow(ann, totals, "Filter", "From…")
    before = f"« {month:%b}"
    calendar = await follow(ann, calendar, before)
    assert f"{month:%B} {month.year}" in calendar.labels[0][0]
    assert calendar.labels[1] == ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"]
    totals = await follow(ann, calendar, "10")
    assert values(totals) == [3, 2]
    last = await follow(ann, totals, "Filter", "To…")
    if f"{month:%B}" not in last.labels[0][0]:
        last = await follow(ann, last, before)
    days = [label for row in last.labels[2:-2] for label in row if label.strip()]
    assert days[0] == "10"
    assert before not in [label for row in last.labels for label in row]
    totals = await follow(ann, last, "12")
    assert values(totals) == [2]
    tenth, twelfth = (Catalog().speak("en").day(month.replace(day=day)) for day in (10, 12))
    assert f"Days: {tenth} … {twelfth} UTC" in (totals.text or "")


async def test_a_calendar_speaks_the_language_of_its_person(boris: Person, tally: Tally) -> None:
    await tally.add_totals(boris, [3])
    totals = await open_counter(boris, "/totals")
    calendar = await follow(boris, totals, "Фильтр", "По день…")
    assert calendar.labels[1] == ["Пн", "Вт", "Ср", "Чт", "Пт", "Сб", "Вс"]


async def test_a_day_that_was_not_offered_is_not_taken(ann: Person, tally: Tally) -> None:
    await tally.add_totals(ann, [3])
    totals = await open_counter(ann, "/totals")
    calendar = await follow(ann, totals, "Filter", "From…")
    some = calendar.button("Back").callback_data or ""
    context = some.partition("\x1d")[0]
    tomorrow = datetime.now(UTC) + timedelta(days=2)
    midnight = int(tomorrow.replace(hour=0, minute=0, second=0, microsecond=0).timestamp())
    for forged in (str(midnight), "99999999999999", "MONTH13", "YEAR0", "nonsense", "-1"):
        answer = await ann.press(calendar, data=f"{context}\x1dfrom:{forged}")
        assert answer == Answer(None)
        assert (await ann.read(calendar)).labels == calendar.labels
    totals = await follow(ann, calendar, "Back", "Back")
    assert values(totals) == [3]


async def test_the_last_days_have_buttons(ann: Person, tally: Tally) -> None:
    now = datetime.now(UTC)
    for days, value in ((0, 1), (6, 2), (29, 4), (31, 8)):
        await tally.add_totals(ann, [value], created_at=now - timedelta(days=days))
    totals = await open_counter(ann, "/totals")
    for label, last in (("Today", "1 total, sum 1"), ("30 days", "3 totals, sum 7")):
        totals = await follow(ann, totals, "Filter", label)
        assert (totals.text or "").endswith(last)


async def test_totals_at_a_glance(ann: Person, tally: Tally) -> None:
    now = datetime.now(UTC)
    for days, value in ((0, 10), (1, -3), (2, 5), (400, 8)):
        await tally.add_totals(ann, [value], created_at=now - timedelta(days=days))
    totals = await open_counter(ann, "/totals")
    glance = await follow(ann, totals, "At a glance")
    lines = (glance.text or "").splitlines()
    for line in (
        "Totals: 4",
        "Sum: 20",
        "Mean: 5",
        "Smallest: -3",
        "Largest: 10",
        "Today: 1 total, sum 10",
        "Days in a row: 3",
        "Days begin at midnight UTC.",
    ):
        assert line in lines


async def test_a_hundred_thousand_totals_on_one_day_are_looked_up(
    ann: Person, tally: Tally
) -> None:
    """benchmarks.totals measures the time, and tests/db/test_plans.py checks the plans."""
    await tally.add_many(ann, 100_000)
    totals = await open_counter(ann, "/totals")
    assert "100,000 totals, sum 100000" in (totals.text or "")
    glance = await follow(ann, totals, "At a glance")
    assert "Today: 100,000 totals, sum 100000" in (glance.text or "").splitlines()
    older = await follow(ann, glance, "Back", "Older »")
    assert values(older) == values(totals)
