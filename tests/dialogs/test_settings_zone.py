"""The time zone: chosen by city or by location, and the times that windows then show."""

from telegram_playground import Person
from tests.dialogs.test_counter import open_counter
from tests.dialogs.test_menu import MENU
from tests.support.choosing import PATIENT, choose, until
from tests.support.keyboards import until_keyboard, until_no_keyboard
from tests.support.tally import Tally


async def test_a_city_is_found_by_its_region_page_by_page(ann: Person) -> None:
    settings = await open_counter(ann, "/settings")
    await choose(ann, settings, "Time zone", "Australia")
    cities = await until(ann, settings, "Australia: which city")
    shown = [label for row in cities.labels[:-1] for label in row]
    assert shown == sorted(shown)
    await choose(ann, settings, "Sydney")
    await until(ann, settings, "Time zone: Sydney, where it is")
    await choose(ann, settings, "Time zone", "None: show UTC")
    await until(ann, settings, "Time zone: none, so times are UTC")


async def test_a_place_tells_the_time_zone_and_is_not_kept(ann: Person, tally: Tally) -> None:
    settings = await open_counter(ann, "/settings")
    await choose(ann, settings, "Time zone", "By where I am")
    await until_keyboard(ann)
    await ann.receive()
    await ann.tap("Send my location", location={"latitude": 28.6, "longitude": 77.2})
    settings = await ann.receive(timeout=PATIENT)
    assert "Time zone: Kolkata, where it is" in (settings.text or "")
    await until_no_keyboard(ann)
    assert "28.6" not in tally.log.read_text()
    await choose(ann, settings, "Back")
    await ann.until(settings, lambda message: message.labels == MENU)


async def test_totals_show_their_times_in_the_chosen_zone(ann: Person, tally: Tally) -> None:
    await tally.add_totals(ann, [5])
    totals = await open_counter(ann, "/totals")
    assert "5 · label · Jan 1, 2026, 12:00\u202fAM UTC" in (totals.text or "")
    settings = await open_counter(ann, "/settings")
    await choose(ann, settings, "Time zone", "Pacific", "Auckland")
    await until(ann, settings, "Time zone: Auckland")
    totals = await open_counter(ann, "/totals")
    assert "5 · label · Jan 1, 2026, 1:00\u202fPM" in (totals.text or "")
    assert "UTC" not in (totals.text or "")
