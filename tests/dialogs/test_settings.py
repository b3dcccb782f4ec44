"""Settings: a choice applies at once, everywhere, and after a restart."""

import asyncio
import re

import pytest

from db.models import LABEL_MAX
from dialogs.settings import read_steps
from telegram_playground import Answer, Person, Playground
from tests.dialogs.test_counter import open_counter
from tests.dialogs.test_menu import MENU, open_menu
from tests.support.choosing import PATIENT, choose, until, until_offered
from tests.support.tally import Tally


async def test_settings_begin_with_what_telegram_tells(ann: Person) -> None:
    settings = await open_counter(ann, "/settings")
    assert settings.text
    lines = settings.text.splitlines()
    assert lines[:2] == ["Settings", "Language: English, as in your Telegram"]
    assert re.fullmatch(r"Time zone: none, so times are UTC. It is .+ UTC\.", lines[2])
    assert lines[3:] == ["Steps of /count: -10 -1 +1 +10", "Totals without a name stay so"]
    assert settings.labels == [["Language", "Time zone"], ["Steps", "Names"], ["My data"], ["Back"]]
    await ann.press(settings, "Back")
    await ann.until(settings, lambda message: message.labels == MENU)


async def test_every_open_window_speaks_the_chosen_language_at_once(
    ann: Person, boris: Person, playground: Playground
) -> None:
    dora = await playground.person("Dora", language_code="en")
    group = await playground.group("Friends", members=[ann, boris, dora])
    for person in (ann, boris):
        await person.receive(group)  # the bot's greeting
    tea, cups = await open_counter(ann, "/numbers tea"), await open_counter(ann, "/count")
    await ann.send("/numbers@playground_bot pots", chat=group)
    shared = await ann.receive(group)
    await boris.receive(group)
    await boris.send("/numbers", chat=group)
    foreign = await boris.receive(group)
    await ann.press(tea, "+1")
    settings = await open_counter(ann, "/settings")
    await choose(ann, settings, "Language", "Русский")
    chosen = await until(ann, settings, "Язык: Русский")
    assert chosen.labels[-1] == ["Назад"]
    tea = await until(ann, tea, "tea\nУкажите число: 1")
    assert tea.labels == [["-1", "+1"], ["Подтвердить", "Отмена"]]
    await until(ann, cups, "Укажите число: 0")
    # A shared counter speaks its opener's language, for everybody who taps.
    await until(ann, shared, "pots\nУкажите число: 0")
    await dora.press(shared, "+1")
    await until(ann, shared, "Укажите число: 1")
    assert (await boris.read(foreign)).text == "Укажите число: 0"
    await ann.send("/numbers@playground_bot pies", chat=group)
    later = await ann.receive(group)
    while later.text != "pies\nУкажите число: 0":
        later = await ann.receive(group)
    await choose(ann, settings, "Язык", "Как в моём Telegram")
    await until(ann, settings, "Language: English, as in your Telegram")
    await until(ann, tea, "tea\nSpecify the number: 1")
    await until(ann, shared, "Specify the number: 1")
    await until(ann, later, "pies\nSpecify the number: 0")


async def test_choices_survive_a_kill_and_open_windows_follow_after_it(
    own_playground: Playground, own_tally: Tally
) -> None:
    await own_tally.start()
    ann = await own_playground.person("Ann", language_code="en")
    counter, settings = await open_counter(ann), await open_counter(ann, "/settings")
    await choose(ann, settings, "Time zone", "Europe", ">")
    await until_offered(ann, settings, "London")
    await choose(ann, settings, ">", "Paris")
    await until(ann, settings, "Time zone: Paris, where it is")
    await choose(ann, settings, "Language", "Русский")
    await own_tally.kill()
    await own_tally.start()
    await until(ann, counter, "Укажите число: 0")
    await until(ann, settings, "Часовой пояс: Париж, там сейчас")
    assert (await open_counter(ann)).text == "Укажите число: 0"


async def test_made_up_zones_languages_and_steps_change_nothing(ann: Person) -> None:
    settings = await open_counter(ann, "/settings")
    for way, real, forged in (
        (["Time zone", "Arctic"], "Longyearbyen", "city:Europe/Paris"),
        (["Time zone", "Arctic"], "Longyearbyen", "city:../../etc/passwd"),
        (["Language"], "Русский", "language:de"),
        (["Steps"], "-1 +1", "steps:9"),
        (["Steps"], "-1 +1", "steps:-1"),
        (["Names"], "Ask me", "choose"),
    ):
        await choose(ann, settings, *way)
        window = await until_offered(ann, settings, real)
        mark = str(window.button(real).callback_data).partition("\x1d")[0]
        assert await ann.press(settings, data=f"{mark}\x1d{forged}", timeout=PATIENT) is not None
        assert (await ann.read(settings)).text == window.text
        settings = await open_counter(ann, "/settings")
        assert "English, as in your Telegram" in (settings.text or "")
        assert "none, so times are UTC" in (settings.text or "")
        assert "Steps of /count: -10 -1 +1 +10" in (settings.text or "")


async def test_a_persons_own_counters_have_the_steps_that_they_chose(
    ann: Person, tally: Tally
) -> None:
    former = await open_counter(ann, "/count cups of tea")
    assert former.labels[0] == ["-10", "-1", "+1", "+10"]
    settings = await open_counter(ann, "/settings")
    await choose(ann, settings, "Steps", "-5 -1 +1 +5")
    await until(ann, settings, "Steps of /count: -5 -1 +1 +5")
    await choose(ann, settings, "Steps")
    await until(ann, settings, "Steps of the counters")
    settings = await open_counter(ann, "1000, −3 7")
    assert "Steps of /count: -3 +7 +1000" in (settings.text or "")
    counter = await open_counter(ann, "/count")
    assert counter.labels[0] == ["-3", "+7", "+1000"]
    for step in ("+1000", "-3"):
        await ann.press(counter, step)
    await ann.press(counter, "Confirm")
    await until(ann, counter, "Total: 997")
    # An open counter keeps its steps.
    await ann.press(former, "+10")
    assert (await until(ann, former, "number: 10")).labels[0] == ["-10", "-1", "+1", "+10"]
    (row,) = await tally.until_totals(ann, 1)
    assert (row["kind"], row["value"]) == ("custom", 997)
    menu = await open_menu(ann)
    await ann.press(menu, "My counter")
    await ann.until(menu, lambda message: message.labels[:1] == [["-3", "+7", "+1000"]])


@pytest.mark.parametrize(
    "text", ["0", "1 1", "1 2 3 4 5", "1001", "-1001 1", "1.5", "one", "+", "٣", "1e3", "--1", ","]
)
def test_texts_that_are_no_steps_are_refused(text: str) -> None:
    assert read_steps(text) is None


@pytest.mark.parametrize(
    ("text", "steps"), [("+1", (1,)), ("1000, −3 7", (-3, 7, 1000)), ("-1000 01", (-1000, 1))]
)
def test_steps_are_read(text: str, steps: tuple[int, ...]) -> None:
    assert read_steps(text) == steps


async def test_a_person_is_told_if_a_text_is_no_steps(ann: Person) -> None:
    settings = await open_counter(ann, "/settings")
    await choose(ann, settings, "Steps")
    await until(ann, settings, "Steps of the counters")
    told = await open_counter(ann, "1001")
    assert (told.text or "").startswith("Those are no steps. Send 1 to 4 different whole numbers")
    await choose(ann, settings, "Back")
    await until(ann, settings, "Steps of /count: -10 -1 +1 +10")


async def test_a_total_is_named_after_confirm_if_its_owner_wants_that(
    ann: Person, tally: Tally
) -> None:
    settings = await open_counter(ann, "/settings")
    await choose(ann, settings, "Names", "Ask me")
    await until(ann, settings, "Totals without a name: I ask for one")
    counter = await open_counter(ann)
    await ann.press(counter, "+1")
    await ann.press(counter, "Confirm")
    closed = await until(ann, counter, "Total: 1")
    assert closed.labels == []
    question = await ann.receive()
    assert (question.text or "").startswith("Total: 1. It is saved. What did you count?")
    await tally.until_totals(ann, 1)
    too_long = await open_counter(ann, "x" * (LABEL_MAX + 1))
    assert "at most 64 characters" in (too_long.text or "")
    named = await open_counter(ann, "  cups <of>\n tea ")
    assert named.text == "cups <of> tea\nTotal: 1"
    async with asyncio.timeout(PATIENT):
        while [row["label"] for row in tally.totals(ann)] != ["cups <of> tea"]:
            await asyncio.sleep(0.02)
    await choose(ann, named, "Back")
    menu = await ann.until(named, lambda message: message.labels == MENU)
    # From the menu, too; and a person may give no name.
    await ann.press(menu, "Counter ±1")
    await ann.until(menu, lambda message: "Confirm" in str(message.labels))
    await ann.press(menu, "Confirm")
    question = await ann.receive()
    await choose(ann, question, "No name")
    await ann.until(question, lambda message: message.labels == MENU)
    assert [row["label"] for row in await tally.until_totals(ann, 2)] == [None, "cups <of> tea"]
    # A counter with a name gets no question.
    counter = await open_counter(ann, "/numbers pots")
    await ann.press(counter, "Confirm")
    await until(ann, counter, "pots\nTotal: 0")
    assert (await open_menu(ann)).labels == MENU


async def test_while_the_database_is_away_nothing_changes_and_the_person_is_told(
    own_playground: Playground, own_tally: Tally
) -> None:
    await own_tally.start()
    ann = await own_playground.person("Ann", language_code="en")
    counter, settings = await open_counter(ann), await open_counter(ann, "/settings")
    await choose(ann, settings, "Language")
    await until(ann, settings, "Which language")
    saved = Answer(
        "That can't be saved at the moment, so everything stays as it was. Try again in a moment.",
        show_alert=True,
    )
    async with own_tally.moved_away("users"):
        assert await ann.press(settings, "Русский", timeout=PATIENT) == saved
        await ann.press(counter, "+1", timeout=PATIENT)
        await until(ann, counter, "Specify the number: 1")
        # A person whom this process does not know is served, too, with no choices.
        boris = await own_playground.person("Борис", language_code="ru")
        assert (await open_counter(boris)).text == "Укажите число: 0"
    await choose(ann, settings, "Русский")
    await until(ann, settings, "Язык: Русский")
    await until(ann, counter, "Укажите число: 1")


async def test_in_a_group_settings_are_their_openers_and_nobodys_if_anonymous(
    ann: Person, boris: Person, playground: Playground
) -> None:
    group = await playground.group("Friends", members=[boris], admins=[ann])
    await ann.receive(group)  # the bot's greeting
    await ann.send("/settings@playground_bot", chat=group)
    settings = await ann.receive(group)
    assert await boris.press(settings, "Language", timeout=PATIENT) == Answer(
        "Это чужое окно. Отправьте /start, чтобы открыть своё."
    )
    await choose(ann, settings, "Language", "Русский", "Часовой пояс")
    zones = await until(ann, settings, "По каким часам")
    assert "По моему месту" not in str(zones.labels)
    await ann.send("/settings@playground_bot", chat=group, anonymous=True)
    told = await ann.receive(group)
    assert (told.text or "").startswith("Settings are personal.")
    # The bot takes no steps from what people say to each other.
    await choose(ann, settings, "Назад", "Шаги")
    assert "текстом" not in ((await until(ann, settings, "Шаги счётчиков")).text or "")


async def test_a_person_who_deletes_everything_has_no_choices_until_undo(
    ann: Person,
) -> None:
    settings = await open_counter(ann, "/settings")
    await choose(ann, settings, "Steps", "-1 +1", "My data", "Delete everything")
    await until(ann, settings, "Delete")
    await ann.until(settings, lambda now: len(now.labels) == 2)
    await choose(ann, settings, "Delete everything")
    deleted = await until(ann, settings, "Everything is deleted.")
    assert (await open_counter(ann, "/count")).labels[0] == ["-10", "-1", "+1", "+10"]
    await choose(ann, deleted, "Undo")
    await ann.until(deleted, lambda now: "Undo" not in str(now.labels), timeout=PATIENT)
    assert (await open_counter(ann, "/count")).labels[0] == ["-1", "+1"]
