"""getUpdates, giving each update as the bytes that Telegram sent.

So an update is kept as it came, and one that can't be read spoils no others.
"""

import re
from dataclasses import dataclass

import orjson
from aiogram.methods import TelegramMethod

from durable_dialogs.telegram.lenient_json import loads

BRACKET = re.compile(
    rb'[^"{}\[\]]*+(?:"[^"\\]*+(?:\\.[^"\\]*+)*+"[^"{}\[\]]*+)*+([{}\[\]])', re.DOTALL
)
"""Everything up to and with the next bracket that stands in no string. All that it looks for is
ASCII, so it passes over bytes that are no UTF-8."""
RESULT = re.compile(rb'"result"\s*:\s*\Z')
"""What stands before the updates."""
UPDATE_ID = re.compile(rb'\{\s*"update_id"\s*:\s*(\d{1,18})\s*[,}]')
"""How Telegram's updates begin."""
ID_MAX = 2**63 - 1


@dataclass(frozen=True, slots=True)
class RawUpdate:
    """An update as Telegram sent it.

    Attributes:
        id: Its `update_id`.
        body: Its bytes.
    """

    id: int
    body: bytes


def sender_of(update: RawUpdate) -> int | None:
    """Give the id of the person who sent an update, None if it does not tell.

    Anonymous admins, and people who speak as a channel, share one `from`; their group or channel
    tells them apart (Bot API, Message, `sender_chat`).
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
    """getUpdates; `split` reads its answer."""

    __returning__ = list[RawUpdate]
    __api_method__ = "getUpdates"

    offset: int | None = None
    limit: int | None = None
    timeout: int
    allowed_updates: list[str]


def split(answer: bytes) -> list[RawUpdate] | None:
    """Split an answer to getUpdates into its updates, byte for byte.

    Only brackets and strings are looked at, so an update may hold what no parser of JSON
    takes. One without an id is left out: it can only be acknowledged by a later one.

    Args:
        answer: The body of the answer.

    Returns:
        The updates, None if the answer is no success of the Bot API, or none of its updates has
        an id.
    """
    begin = end = start = depth = 0
    bodies = []
    for bracket in BRACKET.finditer(answer):
        place = bracket.end() - 1
        if bracket[1] in b"{[":
            if not begin and depth == 1 and bracket[1] == b"[" and RESULT.search(answer, 0, place):
                begin = place
            elif begin and depth == 2:  # noqa: PLR2004 - an object, a list in it, its items
                start = place
            depth += 1
            continue
        depth -= 1
        if begin and depth == 2:  # noqa: PLR2004 - likewise
            bodies.append(answer[start : place + 1])
        elif begin and depth == 1:
            end = place + 1
            break
    if not end or not _is_success(answer[:begin] + b"[]" + answer[end:]):
        return None
    found = ((id_of(body), body) for body in bodies)
    updates = [RawUpdate(update_id, body) for update_id, body in found if update_id is not None]
    return None if bodies and not updates else updates


def id_of(body: bytes) -> int | None:
    """Give the id of an update, None if it has none."""
    if usual := UPDATE_ID.match(body):
        return int(usual[1])
    try:
        update = loads(body)
    except ValueError:
        return None
    found = update.get("update_id") if isinstance(update, dict) else None
    return found if type(found) is int and 0 <= found <= ID_MAX else None


def _is_success(envelope: bytes) -> bool:
    try:
        answer = loads(envelope)
    except ValueError:
        return False
    return isinstance(answer, dict) and answer.get("ok") is True and answer.get("result") == []
