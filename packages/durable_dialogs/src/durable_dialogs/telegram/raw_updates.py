"""getUpdates that returns each update as the bytes that Telegram sent.

So the inbox keeps an update as it came, and an update that can't be read does not stop the others.
"""

import re
from dataclasses import dataclass

import orjson
from aiogram.methods import TelegramMethod

from durable_dialogs.telegram.lenient_json import loads

BRACKET = re.compile(
    rb'[^"{}\[\]]*+(?:"[^"\\]*+(?:\\.[^"\\]*+)*+"[^"{}\[\]]*+)*+([{}\[\]])', re.DOTALL
)
"""Everything up to the next bracket outside of strings, including that bracket.

It looks for ASCII only, so it skips bytes that are not UTF-8.
"""
RESULT = re.compile(rb'"result"\s*:\s*\Z')
"""The text before the list of updates."""
UPDATE_ID = re.compile(rb'\{\s*"update_id"\s*:\s*(\d{1,18})\s*[,}]')
"""The beginning of an update."""
ITEMS = 2
"""How many brackets are open around an update: those of the answer's object and of the list."""
ID_MAX = 2**63 - 1
"""The largest id that is taken for one."""


@dataclass(frozen=True, slots=True)
class RawUpdate:
    """An update as Telegram sent it.

    Attributes:
        id: The `update_id`.
        body: The bytes.
    """

    id: int
    body: bytes


def sender_of(update: RawUpdate) -> int | None:
    """Return the id of an update's sender, None if the update does not tell.

    Anonymous admins, and people who write as a channel, all have the same `from`. For them it is
    the id of the group or channel (Bot API, Message, `sender_chat`).
    """
    try:
        fields = orjson.loads(update.body)
    except orjson.JSONDecodeError:
        try:
            fields = loads(update.body)
        except ValueError:
            return None
    for content in fields.values() if isinstance(fields, dict) else ():
        sender = isinstance(content, dict) and (content.get("sender_chat") or content.get("from"))
        if isinstance(sender, dict) and type(sender.get("id")) is int:
            return int(sender["id"])
    return None


class GetRawUpdates(TelegramMethod[list[RawUpdate]]):
    """The method getUpdates, whose answer `split` reads."""

    __returning__ = list[RawUpdate]
    __api_method__ = "getUpdates"

    offset: int | None = None
    limit: int | None = None
    timeout: int
    allowed_updates: list[str]


def split(answer: bytes) -> list[RawUpdate] | None:
    """Split an answer to getUpdates into its updates, byte for byte.

    It looks at brackets and strings only, so an update may hold bytes that no JSON parser accepts.
    It leaves out an update without an id, because only a later update can acknowledge it.

    Args:
        answer: The body of the answer.

    Returns:
        The updates. None if the answer is no success of the Bot API, or if it has updates but none
        of them has an id.
    """
    updates = _split_usual(answer)
    return _split_any(answer) if updates is None else updates


def _split_usual(answer: bytes) -> list[RawUpdate] | None:
    """Split an answer that is as usual, in a fraction of the time; return None if it is not.

    No string can look like the beginning of an update, because its quotes have backslashes.
    """
    try:
        content = orjson.loads(answer)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(content, dict) or content.get("ok") is not True:
        return None
    found, begun = content.get("result"), list(UPDATE_ID.finditer(answer))
    ids = [int(each[1]) for each in begun]
    if not isinstance(found, list) or ids != [_id_in(update) for update in found]:
        return None
    if any(next(iter(update)) != "update_id" for update in found):
        return None  # an inner object may look like the beginning of an update
    ends = [each.start() for each in begun[1:]] + [answer.rindex(b"]")]
    bodies = [
        answer[each.start() : end].rstrip(b", \t\r\n")
        for each, end in zip(begun, ends, strict=False)
    ]
    if bodies and not _is_json(bodies[-1]):
        return None  # a list follows the updates
    return list(map(RawUpdate, ids, bodies))


def _split_any(answer: bytes) -> list[RawUpdate] | None:
    if not answer.lstrip().startswith(b"{"):
        return None
    begin = end = start = depth = after = 0
    bodies = []
    # `finditer` would try again at each byte behind the last bracket.
    while bracket := BRACKET.match(answer, after):
        gap, after = after, bracket.end()
        at = after - 1
        if bracket[1] in b"{[":
            if not begin and depth == 1 and bracket[1] == b"[" and RESULT.search(answer, gap, at):
                begin = at
            elif begin and depth == ITEMS:
                start = at
            depth += 1
            continue
        depth -= 1
        if begin and depth == ITEMS:
            bodies.append(answer[start : at + 1])
        elif begin and depth == 1:
            end = at + 1
            break
    if not end or not _is_success(answer[:begin] + b"[]" + answer[end:]):
        return None
    found = ((id_of(body), body) for body in bodies)
    updates = [RawUpdate(update_id, body) for update_id, body in found if update_id is not None]
    return None if bodies and not updates else updates


def id_of(body: bytes) -> int | None:
    """Return the id of an update, None if it has none."""
    if usual := UPDATE_ID.match(body):
        return int(usual[1])
    try:
        update = loads(body)
    except ValueError:
        return None
    found = _id_in(update)
    return found if type(found) is int and 0 <= found <= ID_MAX else None


def _id_in(update: object) -> object:
    return update.get("update_id") if isinstance(update, dict) else None


def _is_json(body: bytes) -> bool:
    try:
        orjson.loads(body)
    except orjson.JSONDecodeError:
        return False
    return True


def _is_success(envelope: bytes) -> bool:
    try:
        answer = loads(envelope)
    except ValueError:
        return False
    return isinstance(answer, dict) and answer.get("ok") is True and answer.get("result") == []
