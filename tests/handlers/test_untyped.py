"""Messages that no person typed: one sent via a bot is no input; a forwarded one may be."""

import pytest

from telegram_playground import Message, Person, Playground
from tests.dialogs.test_counter import open_counter
from tests.dialogs.test_totals import follow
from tests.dialogs.test_totals_changes import until_labels
from tests.handlers.test_refunds import paid_by
from tests.support.groups import make_group
from tests.support.keyboards import receive_at_last
from tests.support.tally import Tally

OTHER: dict[str, object] = {"id": 909, "is_bot": True, "first_name": "Gifs", "username": "gif"}
"""Another bot with inline mode."""

INPUTS = {
    "share": ("/share", (), "gif", "tea", "tea"),
    "rename": ("/totals", ("My data", "Rename a label", "label"), "gif", "tea", "will be tea"),
    "steps": ("/settings", ("Steps",), "-9 9", "-3 7", "-3 +7"),
    "builder": ("/reply_builder", (), "8", "7", "Chosen: 7"),
    "nothing": ("/help", (), "gif", "tea", "I only know commands here"),
}
"""How to open a window that takes a text (command and presses), a text made by a bot, the text that
the person types then, and Tally's answer to it."""


async def say_via(
    playground: Playground, person: Person, text: str, bot: dict[str, object] = OTHER
) -> Message:
    """Let a person send a text made by a bot; give the message when Tally has got it."""
    patch = {"message": {"via_bot": bot}}
    await playground.trouble("alter", method="message", times=1, patch=patch)
    sent = await person.send(text)
    await playground.until_pending(0)
    return sent


@pytest.fixture
async def naming(ann: Person) -> Message:
    """Give a closed counter whose window asks for a name."""
    await follow(ann, await open_counter(ann, "/settings"), "Names", "Ask me")
    counter = await open_counter(ann)
    await ann.press(counter, "Confirm")
    await ann.until(counter, text="Total: 0")
    return await receive_at_last(ann, "Total: 0. It is saved. What did you count?")


@pytest.mark.parametrize("name", INPUTS)
async def test_no_window_takes_a_text_sent_via_a_bot(
    playground: Playground, ann: Person, tally: Tally, name: str
) -> None:
    command, presses, made, text, reply = INPUTS[name]
    await tally.add_totals(ann, [1])
    window = await open_counter(ann, command)
    if presses:
        window = await follow(ann, window, *presses)
    await say_via(playground, ann, made)
    typed = await ann.send(text)
    answer = await ann.receive()
    assert answer.message_id > typed.message_id
    assert reply in (answer.text or "")


async def test_an_inline_result_names_no_total(
    playground: Playground, ann: Person, tally: Tally, naming: Message
) -> None:
    me = {"id": playground.bot.id, "is_bot": True, "first_name": "Tally", "username": "tally_bot"}
    for bot in (me, OTHER):
        await say_via(playground, ann, "cups Specify the number: 0", bot)
    assert [row["label"] for row in await tally.until_totals(ann, 1)] == [None]
    assert (await ann.read(naming)).text == naming.text
    await ann.send("tea")
    await receive_at_last(ann, "tea\nTotal: 0")
    await until_labels(tally, ann, ["tea"])


async def test_a_counter_posted_in_the_private_chat_is_a_counter_and_nothing_else(
    app_playground: Playground, app_ann: Person, app_tally: Tally
) -> None:
    window = await open_counter(app_ann, "/share")
    asked = await app_ann.ask("cups")
    posted = await app_ann.choose(asked, asked["results"][0]["id"])
    await app_playground.until_pending(0)
    assert "cups" not in str((await app_ann.read(window)).text)
    await app_ann.press(posted, "+1")
    await app_ann.until(posted, text="cups\nSpecify the number: 1")
    assert len(await app_ann.messages()) == 3
    assert app_tally.totals(app_ann) == []


async def test_a_text_sent_via_a_bot_is_no_command(
    playground: Playground, ann: Person, boris: Person
) -> None:
    await open_counter(ann)
    group = await make_group(playground, [ann, boris])
    await say_via(playground, ann, "/numbers tea")
    patch = {"message": {"via_bot": OTHER}}
    await playground.trouble("alter", method="message", times=1, patch=patch)
    await ann.send("/numbers tea", chat=group)
    await playground.until_pending(0)
    assert [message.text for message in await ann.messages()][2:] == ["/numbers tea"]
    assert [message.text for message in await group.messages()][-1] == "/numbers tea"


async def test_an_edited_message_is_not_taken_again(
    playground: Playground, ann: Person, tally: Tally
) -> None:
    command = await ann.send("/numbers tea")
    counter = await ann.receive()
    await ann.edit(command, "/numbers coffee")
    await playground.until_pending(0)
    await ann.press(counter, "Confirm")
    await ann.until(counter, text="tea\nTotal: 0")
    assert [row["label"] for row in await tally.until_totals(ann, 1)] == ["tea"]
    assert len(await ann.messages()) == 2


async def forward(playground: Playground, person: Person, text: str) -> None:
    """Let a person forward a message of somebody else."""
    origin = {"type": "hidden_user", "date": 1_760_000_000, "sender_user_name": "Mallory"}
    patch = {"message": {"forward_origin": origin}}
    await playground.trouble("alter", method="message", times=1, patch=patch)
    await person.send(text)


async def test_a_forwarded_text_names_a_total_and_the_person_can_see_it(
    playground: Playground, ann: Person, tally: Tally, naming: Message
) -> None:
    assert naming.labels
    await forward(playground, ann, "tea")
    await receive_at_last(ann, "tea\nTotal: 0")
    await until_labels(tally, ann, ["tea"])


async def test_a_forwarded_refund_is_refused(
    playground: Playground, ann: Person, admin: Person, tally: Tally
) -> None:
    charge_id, _ = await paid_by(ann, tally)
    await admin.send("/help")
    await admin.receive()
    await forward(playground, admin, f"/refund {charge_id}")
    assert (
        await admin.receive()
    ).text == "A forwarded command gives nothing back. Type it yourself."
    assert tally.payments(ann)[0]["refunded_at"] is None
