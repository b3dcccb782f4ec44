"""Reading updates: a batch is split into bytes, and no update is read as more than it says."""

import json
import time
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import pytest
from aiogram import Bot
from hypothesis import given
from hypothesis import strategies as st

from durable_dialogs.intake.optional_parts import is_optional
from durable_dialogs.intake.reading import VITAL, Reader
from durable_dialogs.telegram.lenient_json import loads
from durable_dialogs.telegram.raw_updates import RawUpdate, split

ANN = {"id": 5, "is_bot": False, "first_name": "Ann", "username": "ann"}
CHAT = {"id": 5, "type": "private", "first_name": "Ann"}
BILL = "signed"
PAYMENT = {
    "currency": "XTR",
    "total_amount": 10,
    "invoice_payload": BILL,
    "telegram_payment_charge_id": "charge",
    "provider_payment_charge_id": "",
}
MESSAGE: dict[str, Any] = {
    "message_id": 1,
    "date": 1_760_000_000,
    "chat": CHAT,
    "from": ANN,
    "text": "12",
    "entities": [{"type": "bold", "offset": 0, "length": 1}],
    "reply_to_message": {"message_id": 2, "date": 1, "chat": CHAT, "from": ANN},
}
UPDATES: list[dict[str, Any]] = [
    {"update_id": 1, "message": MESSAGE},
    {"update_id": 1, "message": {**MESSAGE, "successful_payment": PAYMENT}},
    {
        "update_id": 1,
        "message": {**MESSAGE, "forward_origin": {"type": "user", "date": 1, "sender_user": ANN}},
    },
    {
        "update_id": 1,
        "callback_query": {
            "id": "q",
            "from": ANN,
            "chat_instance": "c",
            "data": "d",
            "message": MESSAGE,
        },
    },
]
ODD: list[object] = [None, 7, "x", [], {}, [{}], {"type": "new"}, 2**70, -1, True, "\ud83d"]
"""Values that may be in the place of a right one."""
NEEDED = {"update_id", "message", "successful_payment", "total_amount", *VITAL}
"""Fields without which a payment can't be read."""

reader = Reader(Bot("123456:ABC"), {BILL: 5}.get)
texts = st.text(st.characters(exclude_categories=[]))
values = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(values, max_size=4), st.sampled_from([None, (",", ":")]), st.sampled_from([1, -1]))
def test_a_batch_is_split_byte_for_byte(
    contents: list[object], separators: tuple[str, str] | None, order: int
) -> None:
    updates = [{"update_id": number, "x": content} for number, content in enumerate(contents)]
    answer = [("ok", True), ("result", updates)][::order]
    text = json.dumps(dict(answer), separators=separators)
    assert split(text.encode()) == [
        RawUpdate(number, json.dumps(update, separators=separators).encode())
        for number, update in enumerate(updates)
    ]


@given(st.binary(max_size=20).filter(lambda raw: not set(raw) & set(b'"\\')))
def test_bytes_that_are_no_text_are_kept_and_do_not_spoil_other_updates(raw: bytes) -> None:
    odd = b'{"update_id":1,"x":"%s"}' % raw
    answer = b'{"ok":true,"result":[%s,{"update_id":2}]}' % odd
    assert split(answer) == [RawUpdate(1, odd), RawUpdate(2, b'{"update_id":2}')]


def test_an_update_need_not_begin_with_its_id() -> None:
    odd = b'{"message":{"update_id":1},"update_id":1}'
    answer = b'{"ok":true,"result":[' + odd + b',{"update_id":2}]}'
    assert split(answer) == [RawUpdate(1, odd), RawUpdate(2, b'{"update_id":2}')]


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"[]",
        b"<p>{</p>",
        b'{"ok":true}',
        b'{"ok":true,"result":{}}',
        b'{"ok":false,"result":[]}',
        b'{"ok":true,"result":[{"update_id":1}',
        b'{"ok":true,"result":[{"update_id":1}]',
        b'{"ok":true,"result":[{"update_id":"x"},{}]}',
        b'{"ok":true,"x":{"result":[{"update_id":1}]}}',
    ],
)
def test_an_answer_without_success_has_no_updates(answer: bytes) -> None:
    assert split(answer) is None


@pytest.mark.parametrize(
    ("beginning", "part"),
    [
        (b"<p>", b"x"),
        (b"{", b"x"),
        (b'{"', b"x"),
        (b"{", b'"x" '),
        (b'{"', b'\\"'),
        (b"{", b"[],"),
        (b"{[", b'"result":'),
    ],
    ids=["page", "object", "text", "texts", "quotes", "lists", "keys"],
)
def test_five_megabytes_that_are_no_updates_are_refused_at_once(
    beginning: bytes, part: bytes
) -> None:
    begun = time.process_time()
    assert split(beginning + part * (5_000_000 // len(part))) is None
    assert time.process_time() - begun < 20  # hours, if each byte made it look at all others


@pytest.mark.parametrize("place", ["message", "successful_payment"])
def test_no_depth_is_too_deep_to_be_told(place: str) -> None:
    update = {"update_id": 1, "message": {**MESSAGE, "entities": 5, "successful_payment": PAYMENT}}
    said: Any = deepcopy(update)
    holder = said["message"] if place == "message" else said["message"][place]
    holder["new"] = "DEEP"
    text = json.dumps(said)
    for depth in (*range(100, 1100, 100), 10_000):
        deep = '{"a":' * depth + "1" + "}" * depth
        reading = reader.read(text.replace('"DEEP"', deep).encode())
        if reading.update is None:
            assert not reading.is_json
            assert depth > 900
        else:
            assert reading.update.message
            assert reading.update.message.successful_payment
            assert reading.left_out == ("message.entities",)


@given(values)
def test_a_leniently_read_value_can_be_written_as_json(value: object) -> None:
    json.dumps(loads(json.dumps(value).encode()), ensure_ascii=False).encode()


def paths(node: object, *outer: str | int) -> list[tuple[str | int, ...]]:
    """Return the paths of all parts of an update."""
    inner = (
        node.items()
        if isinstance(node, dict)
        else enumerate(node)
        if isinstance(node, list)
        else ()
    )
    return [path for name, value in inner for path in ((*outer, name), *paths(value, *outer, name))]


def changed(update: Mapping[str, Any], path: tuple[str | int, ...], value: object) -> bytes:
    """Return the bytes of an update with another value at a path."""
    copy: Any = deepcopy(update)
    holder = copy
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = value
    return json.dumps(copy).encode()


@pytest.mark.parametrize("update", UPDATES, ids=["message", "payment", "forwarded", "press"])
@pytest.mark.parametrize("value", ODD, ids=repr)
def test_an_update_with_an_odd_part_is_not_read_as_something_else(
    update: dict[str, Any], value: object
) -> None:
    whole = reader.read(json.dumps(update).encode())
    assert whole.is_whole
    assert whole.update
    for path in paths(update):
        reading = reader.read(changed(update, path, value))
        if reading.update is None:
            # All parts of a payment but these may be odd.
            assert "successful_payment" not in update.get("message", {}) or path[-1] in NEEDED
            continue
        if reading.is_whole:
            continue
        read, said = reading.update, whole.update
        if said.callback_query:
            assert read.callback_query
            assert read.callback_query.data in {"d", "\ufffd"}
            assert read.callback_query.from_user.id == 5
            assert read.callback_query.message
            assert read.callback_query.message.chat.id == 5
            assert read.callback_query.message.message_id == 1
        else:
            assert read.message
            assert said.message
            assert read.message.from_user
            assert read.message.from_user.id == 5
            if paid := said.message.successful_payment:
                assert read.message.successful_payment
                assert read.message.successful_payment.total_amount == paid.total_amount
                charge_id = read.message.successful_payment.telegram_payment_charge_id
                assert charge_id == paid.telegram_payment_charge_id
            if not read.message.successful_payment:
                assert read.message.text in {"12", "\ufffd"}
                assert bool(read.message.forward_origin) == bool(said.message.forward_origin)
                assert read.message.reply_to_message
                assert read.message.reply_to_message.message_id == 2


@pytest.mark.parametrize(
    "path",
    [
        "message",
        "message.via_bot",
        "message.chat.is_forum",
        "message.contact.user_id",
        "callback_query.message",
        "callback_query.message.message_thread_id",
        "callback_query.data",
        "pre_checkout_query.order_info",
    ],
)
def test_a_part_that_decides_is_required(path: str) -> None:
    assert not is_optional(tuple(path.split(".")))


@pytest.mark.parametrize(
    "path",
    [
        "message.quote",
        "message.quote.text",
        "message.via_bot.username",
        "callback_query.message.text",
        "callback_query.message.chat.title",
        "inline_query.location",
    ],
)
def test_a_part_that_decides_nothing_is_optional(path: str) -> None:
    assert is_optional(tuple(path.split(".")))


@pytest.mark.parametrize("name", ["successful_payment", "refunded_payment"])
def test_why_a_payment_can_not_be_read_begins_with_the_payment(name: str) -> None:
    odd = {f"entity {number}": 7 for number in range(20)}
    payment = {**PAYMENT, "invoice_payload": "of another bot"}
    message = {**MESSAGE, name: payment, "from": 7, "entities": [odd] * 20}
    body = json.dumps({"update_id": 1, "message": message}).encode()
    read = reader.read(body)
    assert read.update is None
    assert read.why.split()[0] == f"message.{name}"
    cut = reader.read(body.partition(b"charge")[0])
    assert (cut.update, cut.why, cut.is_json) == (None, f"message.{name}", False)


def test_a_text_about_payments_is_no_payment() -> None:
    text = '"successful_payment": {}'
    body = json.dumps({"update_id": 1, "message": {**MESSAGE, "text": text}}).encode()
    assert reader.read(body[:-1]).why == "no JSON"


@pytest.mark.parametrize(
    ("parts", "person", "chat"),
    [
        ({"reply_to_message": 7}, 5, 5),
        ({"from": 7}, 5, 5),
        ({"chat": 7}, 5, 5),
        ({"message_id": "x"}, 5, 5),
        ({"message_id": "x", "chat": {"id": -100, "type": "supergroup", "title": 7}}, 5, -100),
    ],
)
def test_without_bills_the_sender_has_paid(
    parts: Mapping[str, Any], person: int, chat: int
) -> None:
    message = {**MESSAGE, "successful_payment": PAYMENT, **parts}
    body = json.dumps({"update_id": 1, "message": message}).encode()
    reading = Reader(Bot("123456:ABC")).read(body)
    assert reading.payment == "message.successful_payment"
    assert reading.update
    assert reading.update.message
    assert reading.update.message.chat.id == chat
    sender = reading.update.message.from_user
    assert (sender.id if sender else reading.update.message.chat.id) == person


def test_without_bills_a_payment_of_nobody_is_no_update() -> None:
    group = {"id": -100, "type": "supergroup"}
    message = {**MESSAGE, "successful_payment": PAYMENT, "from": 7, "chat": group}
    body = json.dumps({"update_id": 1, "message": message}).encode()
    reading = Reader(Bot("123456:ABC")).read(body)
    assert reading.update is None
    assert reading.left_out[0] == "message.successful_payment"
