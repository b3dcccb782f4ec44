"""Objects of the Bot API as a test sees them."""

import copy

import pytest

from telegram_playground import Chat, Message, Object, User

ANN = {"id": 1, "is_bot": False, "first_name": "Ann"}
JSON = {
    "message_id": 5,
    "date": 1_760_000_000,
    "chat": {"id": 1, "type": "private", "first_name": "Ann"},
    "from": ANN,
    "forward_origin": {"type": "user", "date": 1, "sender_user": ANN},
    "photo": [{"file_id": "a", "width": 1}, {"file_id": "b", "width": 2}],
    "caption": "tea",
    "reply_markup": {"inline_keyboard": [[{"text": "+1", "callback_data": "add"}]]},
    "reply_to_message": {"message_id": 4, "text": "a cup?"},
    "keyboard": {"force_reply": True},
}


def test_fields_are_attributes() -> None:
    message = Message(JSON)
    assert (message.message_id, message.caption, message.text) == (5, "tea", None)
    assert message.from_user == User(ANN)
    assert isinstance(message.chat, Chat)
    assert [size.width for size in message.photo] == [1, 2]
    assert message.forward_origin.sender_user.first_name == "Ann"
    assert message.forward_origin.sender_user.username is None
    assert message.button("+1").callback_data == "add"
    assert message.labels == [["+1"]]
    assert message.content_type == "photo"


def test_a_message_in_a_message_is_one_too() -> None:
    replied = Message(JSON).reply_to_message
    assert isinstance(replied, Message)
    assert (replied.text, replied.edited, replied.labels) == ("a cup?", False, [])


def test_a_message_shows_the_reply_keyboard_that_came_with_it() -> None:
    keyboard = Message(JSON).keyboard
    assert isinstance(keyboard, Object)
    assert keyboard.force_reply is True
    assert Message({"message_id": 1}).keyboard is None


def test_an_unknown_name_is_an_error() -> None:
    message = Message(JSON)
    with pytest.raises(AttributeError, match="Message has no field 'txet'"):
        _ = message.txet
    with pytest.raises(AttributeError, match="PhotoSize has no field 'colour'"):
        _ = message.photo[0].colour


def test_equal_objects_have_equal_json() -> None:
    assert Message(JSON) == Message(copy.deepcopy(JSON))
    assert Message(JSON) != Message(JSON | {"text": "a"})
    assert Message(ANN) != User(ANN)
    assert copy.deepcopy(User(ANN)) == User(ANN)
    assert repr(User({"id": 1})) == "User({'id': 1})"


@pytest.mark.parametrize(
    ("more", "kind"),
    [
        ({"text": "a", "entities": [], "link_preview_options": {}}, "text"),
        ({"animation": {}, "document": {}, "caption": "a"}, "animation"),
        ({"new_chat_members": []}, "new_chat_members"),
        ({"poll": {}}, "poll"),
        ({}, "unknown"),
    ],
)
def test_the_content_type_is_the_field_with_the_content(more: dict[str, object], kind: str) -> None:
    head = {name: JSON[name] for name in ("message_id", "date", "chat", "from")}
    assert Message(head | more).content_type == kind
