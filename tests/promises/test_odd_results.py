"""What Telegram has sent is not sent again if its answer can't be read."""

import pytest

from telegram_playground import Person, Playground
from tests.dialogs.test_counter import open_counter
from tests.dialogs.test_totals_changes import open_data
from tests.handlers.test_refunds import paid_by, until_refunded
from tests.support.gaming import open_game
from tests.support.odd_answers import UNKNOWN, UNREADABLE, Odd, calls_to
from tests.support.tally import Tally

RESULTS: dict[str, Odd] = {"unreadable": UNREADABLE, "no result": UNKNOWN}


@pytest.mark.parametrize("result", RESULTS.values(), ids=RESULTS)
async def test_a_document_is_sent_once(
    playground: Playground, tally: Tally, dora: Person, result: Odd
) -> None:
    await tally.add_totals(dora, [1])
    data = await open_data(dora)
    fault = await playground.trouble("answer", method="sendDocument", chat=dora.id, **result)
    async with tally.logging("result_unreadable"):
        await dora.press(data, "As CSV")
    assert (await dora.receive()).document
    await playground.calm(fault)
    await dora.press(data, "As JSON")
    document = (await dora.receive()).document
    assert document
    assert document.file_name == "totals.json"
    assert len(await calls_to(playground, "sendDocument", dora.id)) == 2


@pytest.mark.parametrize("result", RESULTS.values(), ids=RESULTS)
async def test_a_reply_is_sent_once(
    playground: Playground, tally: Tally, dora: Person, result: Odd
) -> None:
    fault = await playground.trouble("answer", method="sendMessage", chat=dora.id, **result)
    async with tally.logging("result_unreadable"):
        await open_counter(dora, "/terms")
    await playground.calm(fault)
    # By then the work after the first answer is over.
    await open_counter(dora)
    await tally.until_drawn()
    texts = [call.params["text"] for call in await calls_to(playground, "sendMessage", dora.id)]
    assert len(texts) == 2


async def test_a_question_is_forwarded_to_an_admin_once(
    playground: Playground, tally: Tally, dora: Person, admin: Person
) -> None:
    await open_counter(admin, "/help")
    fault = await playground.trouble("answer", method="forwardMessage", chat=admin.id, **UNKNOWN)
    before = await playground.call_count()
    async with tally.logging("result_unreadable"):
        await open_counter(dora, "/paysupport charged twice")
    assert (await admin.receive()).forward_origin
    await playground.calm(fault)
    await open_counter(dora)
    await tally.until_drawn()
    assert len(await calls_to(playground, "forwardMessage", admin.id, before)) == 1


@pytest.mark.parametrize("result", RESULTS.values(), ids=RESULTS)
async def test_a_game_is_sent_once(
    app_playground: Playground,
    app_tally: Tally,
    app_ann: Person,
    result: Odd,
) -> None:
    fault = await app_playground.trouble("answer", method="sendGame", chat=app_ann.id, **result)
    game = await open_game(app_ann)
    await app_tally.until_drawn()
    await app_playground.calm(fault)
    assert await app_ann.press(game, "High scores")
    assert len(await calls_to(app_playground, "sendGame", app_ann.id)) == 1


async def test_a_refund_whose_result_can_not_be_read_is_done(
    playground: Playground, admin: Person, dora: Person, tally: Tally
) -> None:
    charge_id, receipt = await paid_by(dora, tally)
    await playground.trouble("answer", method="refundStarPayment", times=1, **UNKNOWN)
    before = await playground.call_count()
    assert (await open_counter(admin, f"/refund {charge_id}")).text == "⭐ 10 given back."
    await until_refunded(dora, receipt, tally)
    assert len(await playground.calls("refundStarPayment", after=before)) == 1
