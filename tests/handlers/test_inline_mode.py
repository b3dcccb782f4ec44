"""Inline mode: the buttons that lead to it, and its results besides a new counter."""

import pytest

from telegram_playground import Message, Person, Playground
from telegram_playground.state import Json
from tests.dialogs.test_menu import MENU
from tests.support.tally import Tally


@pytest.fixture
async def inline_ann(inline_playground: Playground, inline_tally: Tally) -> Person:  # noqa: ARG001 - it serves her
    """Give a person who has never written to that bot."""
    return await inline_playground.person("Ann", language_code="en")


async def open_inline_mode(person: Person) -> Message:
    await person.send("/inline")
    return await person.receive()


def titles(asked: Json) -> list[str]:
    return [result["title"] for result in asked["results"]]


async def test_while_inline_mode_is_off_the_window_says_how_to_switch_it_on(ann: Person) -> None:
    window = await open_inline_mode(ann)
    assert window.labels == [["Back"]]
    assert "/setinline to @BotFather" in (window.text or "")
    await ann.press(window, "Back")
    await ann.until(window, lambda message: message.labels == MENU)


async def test_three_kinds_of_buttons_lead_to_inline_mode(inline_ann: Person) -> None:
    window = await open_inline_mode(inline_ann)
    assert "BotFather" not in (window.text or "")
    assert window.button("In this chat").switch_inline_query_current_chat == "cups of tea"
    assert window.button("In any chat").switch_inline_query == "cups of tea"
    for label, kind in (("person", "user"), ("group", "group"), ("channel", "channel")):
        chosen = window.button(label).switch_inline_query_chosen_chat
        assert chosen is not None
        assert chosen.json == {
            "query": "cups of tea",
            f"allow_{kind}_chats": True,
        }


async def test_totals_follow_a_new_counter_page_by_page(
    inline_ann: Person, inline_tally: Tally, inline_playground: Playground
) -> None:
    await inline_tally.add_totals(inline_ann, range(45))
    first = await inline_ann.ask("tea")
    assert titles(first)[:3] == ["Counter ±1: tea", "44 · label", "43 · label"]
    second = await inline_ann.ask("tea", offset=first["next_offset"])
    third = await inline_ann.ask("tea", offset=second["next_offset"])
    assert [len(page["results"]) for page in (first, second, third)] == [21, 20, 5]
    assert titles(third)[-1] == "0 · label"
    assert third["next_offset"] == ""
    group = await inline_playground.group("Friends", members=[inline_ann], bot="left")
    posted = await inline_ann.choose(first, first["results"][1]["id"], chat=group)
    assert (posted.text, posted.labels) == ("label\nTotal: 44", [])


async def test_totals_are_offered_only_to_their_owner(
    inline_ann: Person, inline_tally: Tally, inline_playground: Playground
) -> None:
    await inline_tally.add_totals(inline_ann, [7])
    boris = await inline_playground.person("Boris")
    assert titles(await inline_ann.ask("tea")) == ["Counter ±1: tea", "7 · label"]
    assert titles(await boris.ask("tea")) == ["Counter ±1: tea"]


@pytest.mark.parametrize(
    "offset", ["x", "-1:2", "1:2:3", "9" * 64, "9999999999:1", "\x00", "0:999999999999999999"]
)
async def test_a_forged_offset_is_answered(inline_ann: Person, offset: str) -> None:
    asked = await inline_ann.ask("tea", offset=offset)
    assert asked["answered"]
    assert asked["results"] == []


async def test_after_the_last_total_there_are_no_results(
    inline_ann: Person, inline_tally: Tally
) -> None:
    await inline_tally.add_totals(inline_ann, [7])
    asked = await inline_ann.ask("tea", offset="1:1")
    assert (asked["results"], asked["next_offset"]) == ([], "")


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("", "Counter ±1"),
        ("   ", "Counter ±1"),
        ("x" * 256, f"Counter ±1: {'x' * 64}"),
        ("<b>&", "Counter ±1: <b>&"),
    ],
)
async def test_any_query_offers_a_counter(inline_ann: Person, query: str, title: str) -> None:
    assert titles(await inline_ann.ask(query)) == [title]


async def test_a_button_leads_to_the_private_chat(inline_ann: Person) -> None:
    asked = await inline_ann.ask()
    assert asked["button"] == {"text": "Open the chat with me", "start_parameter": "inline"}
    await inline_ann.start("inline")
    assert ((await inline_ann.receive()).text or "").startswith("Inline mode")


async def test_while_the_totals_are_away_counters_are_offered(
    inline_ann: Person, inline_tally: Tally
) -> None:
    await inline_tally.add_totals(inline_ann, [7])
    async with inline_tally.moved_away("totals"):
        assert titles(await inline_ann.ask("tea")) == ["Counter ±1: tea"]
    assert len(titles(await inline_ann.ask("tea"))) == 2


async def test_the_client_caches_the_answer_to_a_press_on_a_closed_counter(
    inline_ann: Person, inline_playground: Playground
) -> None:
    group = await inline_playground.group("Friends", members=[inline_ann], bot="left")
    asked = await inline_ann.ask("tea")
    counter = await inline_ann.choose(asked, asked["results"][0]["id"], chat=group)
    await inline_ann.press(counter, "Cancel")
    await inline_ann.until(counter, text="tea\nCancelled")
    late = await inline_ann.press(counter, data=counter.button("+1").callback_data)
    assert late is not None
    assert late.show_alert
    assert (late.text or "").startswith("This one has ended")
    answers = await inline_playground.calls("answerCallbackQuery")
    assert int(answers[-1].params["cache_time"]) == 60
