"""Logs: one JSON object a line with the update's id, without personal data and secrets."""

import json
import sys
from asyncio.subprocess import PIPE, create_subprocess_exec

import pytest
from aiohttp import ClientSession

from telegram_playground import Message, Person, Playground
from tests.app.test_webhook import HEADER, by_webhook
from tests.conftest import PROVIDER
from tests.dialogs.test_counter import open_counter
from tests.dialogs.test_payment import open_bill, pay
from tests.dialogs.test_special_buttons import open_special
from tests.support.groups import make_group
from tests.support.keyboards import receive
from tests.support.nursery import ROOT
from tests.support.tally import Tally
from tests.support.watching import scrape

MARK = "Zyxwv"
"""A word in all texts and names of people."""
SECRET = "open-sesame"


@pytest.fixture
async def talkative(own_playground: Playground, own_tally: Tally) -> Tally:
    """Give a bot with a webhook, which logs at DEBUG like its libraries."""
    await own_playground.switch(inline=True, inline_feedback=True)
    by_webhook(own_tally)
    own_tally.settings |= {
        "LOG_LEVEL": "DEBUG",
        "WEBHOOK_SECRET": SECRET,
        "PAYMENT_PROVIDER_TOKEN": PROVIDER,
    }
    await own_tally.start()
    await own_tally.until_logged("webhook_set")
    return own_tally


@pytest.fixture
async def zoe(own_playground: Playground) -> Person:
    """Give a person with `MARK` in all of her names."""
    return await own_playground.person(
        MARK, last_name=f"{MARK} II", username=f"{MARK}_name", language_code="en"
    )


async def lives(playground: Playground, zoe: Person) -> None:
    """Have a person use each feature that takes a text or personal data."""
    counter = await open_counter(zoe, f"/numbers {MARK} tea")
    await zoe.press(counter, "+1")
    await zoe.press(counter, "Confirm")
    await zoe.until(counter, text=f"{MARK} tea\nTotal: 1")
    assert (await open_counter(zoe, "/totals")).text
    await open_counter(zoe, f"just {MARK}")
    await open_special(zoe)
    number = {"phone_number": "+15550199", "first_name": MARK, "user_id": zoe.id}
    await zoe.tap("Contact", contact=number)
    await receive(zoe, "Your own number")
    await zoe.tap("Location", location={"latitude": 12.34567, "longitude": 23.45678})
    await receive(zoe, "You are at")
    group = await make_group(playground, [zoe])
    await zoe.send(f"/numbers {MARK}", chat=group)
    assert await zoe.press(await zoe.receive(group), "+1")
    asked = await zoe.ask(f"{MARK} inline")
    posted = await zoe.choose(asked, asked["results"][0]["id"], chat=group)
    assert await zoe.press(posted, "+1")
    await pay(zoe, await open_bill(zoe))
    await zoe.receive()
    await open_counter(zoe, f"/paysupport {MARK}")


async def fails(playground: Playground, tally: Tally, zoe: Person) -> dict[str, int]:
    """Make updates of a person fail; give the update's id by the event that is logged."""
    broken = await open_counter(zoe, f"/numbers {MARK} broken")
    async with tally.rewritten_dialogs(f":m{broken.message_id - 1}") as (record,):
        for context in record["contexts"].values():
            del context["dialog_data"]["value"]
    said = {}

    async def expect(event: str, message: Message, button: str) -> None:
        async with tally.logging(event):
            await zoe.press(message, data=button)
        said[event] = (await playground.updates())[-1]["update_id"]

    await expect("update_failed", broken, broken.button("+1").callback_data or "")
    await expect("press_not_offered", broken, "made up")
    counter = await open_counter(zoe, f"/numbers {MARK} late")
    async with tally.moved_away("totals"):
        await expect("delivery_failed", counter, counter.button("Confirm").callback_data or "")
    await tally.until_totals(zoe, 2)
    counter = await open_counter(zoe, f"/numbers {MARK} lost")
    await zoe.press(counter, "+1")
    await zoe.until(counter, text=f"{MARK} lost\nSpecify the number: 1")
    async with tally.moved_away("totals"):
        await zoe.send("/totals")
        await zoe.receive()
    await zoe.delete(counter)
    await zoe.press(counter, data=counter.button("+1").callback_data)
    return said


async def posts_nonsense(tally: Tally) -> None:
    """Post updates that can't be read, and requests that aren't Telegram's."""
    address = f"{tally.settings['WEBHOOK_URL']}/webhook"
    for secret in (SECRET, MARK):
        async with ClientSession(headers={HEADER: secret}) as session:
            for body in ({"update_id": 1, "message": {"text": MARK}}, {MARK: MARK}, MARK):
                async with session.post(address, json=body) as answer:
                    assert answer.status in {200, 401}
    async with ClientSession() as session:
        for path in ("", "/totals/list", "/login", "/game", f"/{MARK}"):
            async with session.get(tally.settings["WEBHOOK_URL"] + path + f"?{MARK}={MARK}"):
                pass


async def test_nothing_that_is_somebodys_or_secret_is_logged_and_each_line_is_an_object(
    own_playground: Playground, talkative: Tally, zoe: Person
) -> None:
    await lives(own_playground, zoe)
    said = await fails(own_playground, talkative, zoe)
    await posts_nonsense(talkative)
    metrics = await scrape(talkative)
    await talkative.stop()

    text = talkative.log.read_text()
    lines = [json.loads(line) for line in text.splitlines()]
    assert all({"event", "level", "logger", "timestamp"} <= line.keys() for line in lines)
    for event, update_id in said.items():
        assert update_id in {line.get("update") for line in lines if line["event"] == event}
    secrets = [MARK.lower(), own_playground.token, SECRET, PROVIDER.lower()]
    secrets += ["5550199", "12.345", "23.456"]
    assert [secret for secret in secrets if secret in text.lower()] == []
    assert [secret for secret in secrets if secret in metrics.lower()] == []


async def run(code: str) -> list[str]:
    """Run a process that sets up its logs; give the lines that it writes."""
    start = f"from ops.logs import set_up_logs; set_up_logs('INFO', 'json', ['p%40ss-{SECRET}']); "
    process = await create_subprocess_exec(
        *(sys.executable, "-c", start + code), cwd=ROOT, stdout=PIPE, stderr=PIPE
    )
    _, errors = await process.communicate()
    return errors.decode().splitlines()


@pytest.mark.parametrize(
    ("code", "level", "words"),
    [
        ("raise ValueError('p@ss-{0} and so on')", "critical", "ValueError"),
        (
            "import threading; threading.Thread(target=int, args=['p@ss-{0}']).start()",
            "error",
            "int",
        ),
        ("type('X', (), {{'__del__': lambda self: int('p@ss-{0}')}})()", "error", "lambda"),
        ("import warnings; warnings.warn('p%40ss-{0}')", "warning", "UserWarning"),
        ("import logging; logging.error('%s', ['p@ss-{0}'])", "error", "['***']"),
        ("import structlog; structlog.get_logger().error('e', it=['p@ss-{0}'])", "error", "e"),
    ],
    ids=["crash", "thread", "destructor", "warning", "library", "object"],
)
async def test_whatever_is_written_is_an_object_without_secrets(
    code: str, level: str, words: str
) -> None:
    (line,) = await run(code.format(SECRET))
    content = json.loads(line)
    assert content["level"] == level
    assert words in line
    assert "***" in line
    assert SECRET not in line
