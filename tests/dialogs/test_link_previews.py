"""Names that are links: they show as text, and Telegram never adds a preview."""

import pytest

from telegram_playground import Message, Person, Playground
from telegram_playground.state import Json
from tests.dialogs.test_counter import open_counter
from tests.dialogs.test_totals import follow
from tests.support.groups import make_group
from tests.support.keyboards import receive_at_last
from tests.support.tally import Tally

LINK = "https://example.org/tea"
TEXTS = ("sendMessage", "editMessageText")


def is_off(message: Message) -> bool:
    """Tell whether a message has no preview."""
    options = message.link_preview_options
    return options is not None and options.is_disabled is True


async def previewed(playground: Playground, after: int) -> list[Json]:
    """Give the parameters of the bot's messages with a preview of links."""
    calls = [call for method in TEXTS for call in await playground.calls(method, after=after)]
    assert calls
    params = [call.params for call in calls]
    return [each for each in params if each.get("link_preview_options") != {"is_disabled": True}]


async def test_no_message_with_a_name_has_a_preview(
    playground: Playground, ann: Person, tally: Tally
) -> None:
    before = await playground.call_count()
    counter = await open_counter(ann, f"/numbers {LINK}")
    assert is_off(counter)
    await ann.press(counter, "+1")
    assert is_off(await ann.until(counter, text=f"{LINK}\nSpecify the number: 1"))
    window = await open_counter(ann, "/counters")
    assert LINK in (window.text or "")
    await ann.press(window, "1")
    anew = await ann.receive()
    await ann.press(anew, "Confirm")
    assert is_off(await ann.until(anew, text=f"{LINK}\nTotal: 1"))
    await tally.until_totals(ann, 1)
    totals = await open_counter(ann, "/totals")
    filtered = await follow(ann, totals, "Filter", "Label", LINK)
    assert is_off(filtered)
    # A reply, which is not a window.
    assert is_off(await open_counter(ann, f"/numbers {LINK * 3}"))
    assert await previewed(playground, before) == []


async def test_nor_has_one_in_a_group(playground: Playground, ann: Person, boris: Person) -> None:
    before = await playground.call_count()
    group = await make_group(playground, [ann, boris])
    await boris.change(first_name="https://example.org")
    await ann.send(f"/numbers {LINK}", chat=group)
    counter = await receive_at_last(ann, f"{LINK}\nSpecify the number: 0", group)
    await boris.press(counter, "+1")
    named = await ann.until(
        counter, lambda message: "+1 · https://example.org" in str(message.text)
    )
    assert is_off(named)
    assert await previewed(playground, before) == []


@pytest.mark.parametrize("result", [0, 1])
async def test_nor_has_an_inline_result(
    app_playground: Playground, app_tally: Tally, app_ann: Person, result: int
) -> None:
    await app_tally.add_totals(app_ann, [1], label=LINK)
    group = await app_playground.group("Friends", members=[app_ann], bot="left")
    asked = await app_ann.ask(LINK)
    results = [each["id"] for each in asked["results"] if each["id"] != "game"]
    posted = await app_ann.choose(asked, results[result], chat=group)
    assert LINK in (posted.text or "")
    assert is_off(posted)
    if posted.labels:
        await app_ann.press(posted, "+1")
        assert is_off(await app_ann.until(posted, text=f"{LINK}\nSpecify the number: 1"))
