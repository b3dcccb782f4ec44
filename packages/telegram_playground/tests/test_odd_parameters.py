"""Calls with wrong values for every parameter: refused or accepted, but never a 500."""

import json

import pytest

from playground_support.bot_side import BotSide, Json, read
from telegram_playground import Person, Playground
from telegram_playground.bot_methods import HANDLERS
from telegram_playground.schema import parameters_of

SANE: Json = {
    "text": "a",
    "message_id": 1,
    "message_ids": [1],
    "score": 1,
    "title": "Tea",
    "description": "a cup",
    "payload": "cup",
    "currency": "XTR",
    "prices": [{"label": "Tea", "amount": 5}],
    "phone_number": "1",
    "first_name": "Ann",
    "latitude": 1,
    "longitude": 1,
    "address": "a",
    "question": "a",
    "options": ["a", "b"],
    "game_short_name": "tea_race",
    "action": "typing",
    "commands": [{"command": "tea", "description": "a cup"}],
    "url": "http://127.0.0.1:9/",
    "ok": True,
}
"""The other parameters that a call needs."""

ODD: list[object] = [
    "",
    "\0",
    "a" * 5000,
    "nan",
    "[",
    "http://[",
    "tg://user?id=",
    -1,
    1 << 63,
    str(1 << 80),
    1.5,
    True,
    [],
    [[]],
    {},
    {"url": "http://["},
    {"message_id": 1e30},
    {"type": "photo", "media": "http://["},
    {"inline_keyboard": [[{"text": "a", "url": "http://["}]]},
    {"keyboard": [[{"text": "a", "request_users": {"request_id": 1e30}}]]},
    [{"type": "bold", "offset": 1 << 62, "length": 1 << 62}],
    [{"label": "a", "amount": 1 << 62}],
]

TRIED = [method for method in HANDLERS if method not in {"getUpdates", "setWebhook"}]
"""The methods that answer at once."""

QUICK = {"sendMessage", "sendInvoice", "editMessageText", "setMyCommands"}
"""Methods that are also tried without CI=true; they take texts, markup, prices and lists."""


@pytest.mark.parametrize(
    "method",
    [pytest.param(each, marks=() if each in QUICK else pytest.mark.thorough) for each in TRIED],
)
@pytest.mark.parametrize(
    "both", [False, pytest.param(True, marks=pytest.mark.soak)], ids=["either way", "both ways"]
)
async def test_no_wrong_parameter_is_a_500(
    playground: Playground, bot: BotSide, ann: Person, method: str, *, both: bool
) -> None:
    await bot.show(ann)
    fields = parameters_of(method)
    own = dict.fromkeys(("chat_id", "from_chat_id", "user_id"), ann.id)
    sane = {name: value for name, value in {**SANE, **own}.items() if name in fields}
    for number, field in enumerate(fields):
        # In turns, so that each value is sent in both formats.
        for turn, value in enumerate(ODD, number):
            params = sane | {field: value}
            if both or turn % 2:
                await bot.answer(method, **params)
            if both or not turn % 2:
                await post_form(bot, method, params)
    assert [call for call in await playground.calls() if call.status == 500] == []
    # Whatever was accepted can be shown.
    await ann.messages()


async def post_form(bot: BotSide, method: str, params: Json) -> None:
    """Call a method by a form; values other than texts are JSON."""
    encoded = {k: v if isinstance(v, str) else json.dumps(v) for k, v in params.items()}
    async with bot.session.post(f"{bot.url}/{method}", data=encoded) as response:
        await read(response)
