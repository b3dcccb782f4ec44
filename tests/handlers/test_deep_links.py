"""Links to the bot: what they open for whom, and the window that makes them."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from db.models import Kind
from signed.deep_links import CounterLink, TotalsLink, decode, encode
from telegram_playground import Group, Person
from tests.dialogs.test_menu import GROUP_MENU, MENU
from tests.support.tally import Tally

UNKNOWN = "This link leads nowhere. Here is the menu."


async def test_a_link_opens_a_counter_with_its_label_and_steps(ann: Person, tally: Tally) -> None:
    await ann.start(encode(CounterLink(Kind.NUMBERS_FAB, "tea & <b>cake</b>")))
    counter = await ann.receive()
    assert counter.text == "tea & <b>cake</b>\nSpecify the number: 0"
    assert counter.labels[0] == ["-2", "-1", "+1", "+2"]
    await ann.press(counter, "+2")
    await ann.until(counter, text="tea & <b>cake</b>\nSpecify the number: 2")

    await ann.start(encode(CounterLink(Kind.CUSTOM, "steps", (-10, 1, 500))))
    own = await ann.receive()
    assert own.labels[0] == ["-10", "+1", "+500"]
    await ann.press(own, "+500")
    await ann.until(own, text="steps\nSpecify the number: 500")
    await ann.press(own, "Confirm")
    await ann.until(own, text="steps\nTotal: 500")
    await tally.until_totals(ann, 1)
    await ann.send("/totals")
    assert "500 · steps" in ((await ann.receive()).text or "")


@pytest.mark.parametrize(
    ("payload", "beginning"),
    [
        ("totals", "Your totals"),
        ("help", "What Tally can do"),
        ("settings", "Settings"),
        ("callbacks", "Callbacks call the bot"),
    ],
)
async def test_a_link_opens_a_window_with_the_menu_behind(
    ann: Person, payload: str, beginning: str
) -> None:
    await ann.start(payload)
    window = await ann.receive()
    assert (window.text or "").startswith(beginning)
    await ann.press(window, "Back")
    await ann.until(window, lambda message: message.labels == MENU)


async def test_a_link_opens_the_followers_own_totals_filtered(
    ann: Person, boris: Person, tally: Tally
) -> None:
    await tally.add_totals(ann, [7])
    await ann.start(encode(TotalsLink("label", Kind.NUMBERS)))
    window = await ann.receive()
    assert "label" in (window.text or "")
    assert "7" in (window.text or "")
    await ann.start(encode(TotalsLink("other", days=7)))
    assert "7 ·" not in ((await ann.receive()).text or "")
    await boris.start(encode(TotalsLink("label")))
    assert "7 ·" not in ((await boris.receive()).text or "")


@pytest.mark.parametrize("payload", ["c-AP8", "refund", "x" * 64, "два слова", "c-AAo"])
async def test_a_broken_link_opens_the_menu_and_says_so(ann: Person, payload: str) -> None:
    await ann.send(f"/start {payload}")
    came = [await ann.receive(), await ann.receive()]
    assert UNKNOWN in [message.text for message in came]
    assert MENU in [message.labels for message in came]


async def test_a_link_into_a_group_opens_a_counter_that_is_its_followers(
    ann: Person, boris: Person, group: Group
) -> None:
    await boris.start(encode(CounterLink(label="чай")), group)
    counter = await ann.receive(group)
    assert counter.text == "чай\nУкажите число: 0"
    await ann.press(counter, "+1")
    await ann.until(counter, lambda message: (message.text or "").endswith("Укажите число: 1"))
    answer = await ann.press(counter, "Подтвердить")
    assert answer is not None
    assert "Only who opened" in (answer.text or "")


async def test_in_a_group_too_links_are_checked_and_those_for_other_bots_ignored(
    ann: Person, group: Group
) -> None:
    await ann.send(f"/start@other_bot {encode(CounterLink())}", chat=group)
    await ann.start("payment", group)
    assert "/payment in the private chat" in ((await ann.receive(group)).text or "")
    await ann.start("broken", group)
    came = [await ann.receive(group), await ann.receive(group)]
    assert UNKNOWN in [message.text for message in came]
    assert GROUP_MENU in [message.labels for message in came]


async def test_a_window_makes_links_that_others_follow(ann: Person, boris: Person) -> None:
    await ann.send("/share  cups of   tea")
    window = await ann.receive()
    copied = window.button("Copy").copy_text
    assert copied is not None
    assert re.fullmatch(r"https://t\.me/\w+\?start=[\w-]{1,64}", copied.text)
    assert copied.text in (window.text or "")
    sent = parse_qs(urlsplit(window.button("Send").url or "").query)
    assert sent["url"] == [copied.text]
    into_group = parse_qs(urlsplit(window.button("group").url or "").query)
    payload = parse_qs(urlsplit(copied.text).query)["start"][0]
    assert into_group["startgroup"] == [payload]
    await boris.start(payload)
    assert (await boris.receive()).text == "cups of tea\nУкажите число: 0"

    await ann.press(window, "Counter ±2")
    window = await ann.until(window, lambda message: "−2 to +2" in (message.text or ""))
    await ann.send("я" * 23)
    assert "does not fit" in ((await ann.receive()).text or "")
    await ann.send("coffee")
    window = await ann.receive()
    assert "coffee" in (window.text or "")
    await ann.press(window, "My counter")
    window = await ann.until(window, lambda message: "your steps" in (message.text or ""))
    own = parse_qs(urlsplit(window.button("group").url or "").query)["startgroup"][0]
    assert decode(own) == CounterLink(Kind.CUSTOM, "coffee", (-10, -1, 1, 10))
    await ann.press(window, "Totals")
    window = await ann.until(window, lambda message: "opens totals" in (message.text or ""))
    assert "startgroup" not in str(window.keyboard)
    await ann.press(window, "Without a name")
    await ann.until(window, lambda message: "coffee" not in (message.text or ""))
    await ann.press(window, "Back")
    window = await ann.until(window, lambda message: "Links to Tally" in str(message.labels))
    await ann.press(window, "Back")
    await ann.until(window, lambda message: message.labels == MENU)


async def test_a_name_that_does_not_fit_into_a_link_makes_none(ann: Person) -> None:
    await ann.send(f"/share {'я' * 23}")
    assert "does not fit" in ((await ann.receive()).text or "")
