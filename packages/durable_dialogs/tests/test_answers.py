"""Answers with a date or a time to wait that makes no sense neither fail nor wait for ever."""

import json

import pytest
from aiogram import Bot
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramRetryAfter
from aiogram.methods import SendMessage
from aiohttp import web
from aiohttp.test_utils import TestServer

from durable_dialogs.telegram.session import LONGEST_WAIT, NotDoneError, Session

TOKEN = "123456:ABC"
MESSAGE = {"message_id": 7, "date": 1, "chat": {"id": 5, "type": "private"}}


async def answered(status: int, body: str, **headers: str) -> int:
    """Send a message by a server that answers like this; return the message's id."""

    async def answer(_request: web.Request) -> web.Response:
        return web.Response(
            status=status, text=body, content_type="application/json", headers=headers
        )

    app = web.Application()
    app.router.add_post("/{path:.*}", answer)
    async with TestServer(app) as server:
        session = Session(api=TelegramAPIServer.from_base(str(server.make_url(""))))
        async with Bot(TOKEN, session) as bot:
            return (await bot(SendMessage(chat_id=5, text="tea"))).message_id


@pytest.mark.parametrize(
    "date",
    [
        f"Mon, 02 Nov 2026 10:11:12 +{'9' * 20}",
        "Mon, 02 Nov 2026 10:11:12 +9999",
        "Mon, 01 Jan 0001 00:00:00 +2359",
        "Fri, 31 Dec 9999 23:59:59 -2359",
    ],
)
async def test_a_call_that_was_done_is_done_whatever_its_date(date: str) -> None:
    body = json.dumps({"ok": True, "result": MESSAGE})
    assert await answered(200, body, Date=date) == 7


@pytest.mark.parametrize("seconds", ["1" + "0" * 400, str(LONGEST_WAIT + 1), "-5", "0", "null"])
async def test_a_wait_that_is_none_counts_as_not_done(seconds: str) -> None:
    body = f'{{"ok":false,"description":"","parameters":{{"retry_after":{seconds}}}}}'
    with pytest.raises(NotDoneError):
        await answered(429, body)


@pytest.mark.parametrize("seconds", [1, LONGEST_WAIT])
async def test_a_wait_of_up_to_a_day_is_waited_for(seconds: int) -> None:
    body = f'{{"ok":false,"description":"","parameters":{{"retry_after":{seconds}}}}}'
    with pytest.raises(TelegramRetryAfter) as raised:
        await answered(429, body)
    assert raised.value.retry_after == seconds
