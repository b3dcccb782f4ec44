"""Answers of Telegram, or of a proxy before it, that aiogram can't read."""

from telegram_playground import Call, Playground

Odd = dict[str, object]
"""The arguments of a playground's fault of the kind `answer`."""

PAGE: Odd = {
    "body": "<!doctype html><title>Sign in to the network</title>",
    "headers": {"Content-Type": "text/html"},
    "done": False,
}
NOT_DONE: dict[str, Odd] = {
    "a page": {"status": 200, **PAGE},
    "a page that is not there": {"status": 404, **PAGE},
    "a page of a gateway": {"status": 502, **PAGE},
    "no UTF-8": {"status": 200, "body": "RAW", "replace": {"RAW": b"\xff\xfe\x80"}, "done": False},
    "no description": {"status": 500, "body": '{"ok":false}', "done": False},
    "half an answer": {"status": 200, "body": '{"ok":true,"resu', "done": False},
    "no gzip": {"status": 200, **PAGE, "headers": {"Content-Encoding": "gzip"}},
    "no object": {"status": 200, "body": "[true]", "done": False},
    "no time to wait": {
        "status": 429,
        "body": '{"ok":false,"description":"Too Many Requests","parameters":{"retry_after":"?"}}',
        "done": False,
    },
}
"""Answers that do not say that a call was done."""
ODD: dict[str, Odd] = {
    **NOT_DONE,
    "no result": {"status": 200, "body": '{"ok":true}', "done": False},
}
"""`NOT_DONE`, and an answer that says that the call was done but has no result."""
UNREADABLE: Odd = {"status": 200, "patch": {"result": {"date": "yesterday"}}}
"""A message was sent. aiogram's models refuse the answer, but the message's id is in it."""
UNKNOWN: Odd = {"status": 200, "patch": {"result": None}}
"""A message was sent. The answer does not have its id."""


async def calls_to(playground: Playground, method: str, chat_id: int, after: int = 0) -> list[Call]:
    """Give the calls of a method for one chat, with any answer."""
    return [
        call
        for call in await playground.calls(method, after=after)
        if call.params.get("chat_id") == str(chat_id)
    ]
