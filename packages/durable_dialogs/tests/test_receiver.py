"""The chat of an update is found in its bytes as the unit of work finds it in the update."""

import json
from typing import Any

import pytest
from aiogram.dispatcher.middlewares.user_context import UserContextMiddleware
from aiogram.types import Update

from durable_dialogs.intake.reading import KINDS
from durable_dialogs.intake.receiver import chat_in
from durable_dialogs.state.keys import BotKeys
from durable_dialogs.state.location import chat_of
from durable_support.kinds import NOBODYS, UPDATES

UNTRIED = {"managed_bot", "subscription", "stopped_message_generation"}
"""Kinds that follow the same rule, by `user` or `chat`."""


def test_each_kind_of_update_is_tried() -> None:
    assert {kind for kind, _ in [*UPDATES, *NOBODYS]} | UNTRIED == KINDS


@pytest.mark.parametrize(("kind", "content"), UPDATES)
def test_the_chat_in_the_bytes_is_that_of_the_update(kind: str, content: dict[str, Any]) -> None:
    body = json.dumps({"update_id": 1, kind: content}).encode()
    assert chat_in(body) == str(found(Update.model_validate_json(body)))


@pytest.mark.parametrize(("kind", "content"), NOBODYS)
def test_an_update_of_no_chat_stays_where_it_is(kind: str, content: dict[str, Any]) -> None:
    body = json.dumps({"update_id": 1, kind: content}).encode()
    assert found(Update.model_validate_json(body)) == "update1"
    assert chat_in(body) is None


def found(update: Update) -> int | str:
    """Return the id that the unit of work goes by."""
    context = UserContextMiddleware.resolve_event_context(update)
    data = {"event_chat": context.chat, "event_from_user": context.user}
    return chat_of(update, data, BotKeys(42)).chat_id


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"{", b"\xff", b"[]", b"7", b"null", b"{}", b'{"update_id": 1}'),
        *(b'{"message": 7}', b'{"message": {}}', b'{"message": {"chat": 7}}'),
        *(b'{"message": {"chat": {}}}', b'{"message": {"from": []}}', b'{"new": {"chat": {}}}'),
        *(b'{"callback_query": {"message": []}}', b"[" * 100_000, b'{"message": NaN}'),
    ],
)
def test_odd_bytes_stay_where_they_are(body: bytes) -> None:
    assert chat_in(body) is None
