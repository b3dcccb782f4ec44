"""Parameters read from the schema, by the rules of Telegram's server (`Client.cpp`)."""

import json

import pytest

from telegram_playground.errors import BadRequestError
from telegram_playground.parameters import parse_call
from telegram_playground.state import Json, Upload


def read(method: str, **params: object) -> Json:
    """Read the parameters of a call; give those that are not absent."""
    return {name: value for name, value in vars(parse_call(method, params)).items() if value}


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("5", 5),
        ("-7", -7),
        (" 5 ", 5),
        ("5 cups", 5),
        ("many", 0),
        ("", None),
        ("1" * 99, 2**63 - 1),
    ],
)
def test_of_an_integer_the_digits_are_taken(text: str, number: int | None) -> None:
    assert parse_call("getUpdates", {"offset": text}).offset == number


@pytest.mark.parametrize(
    ("given", "taken"),
    [("true", True), ("Yes ", True), ("1", True), (True, True), ("banana", False), (False, False)],
)
def test_a_boolean_is_true_if_it_says_so(given: object, taken: object) -> None:
    call = parse_call("deleteWebhook", {"drop_pending_updates": given})
    assert call.drop_pending_updates is taken


@pytest.mark.parametrize(
    ("text", "number"), [("1.5", 1.5), ("-2e1x", -20.0), ("north", 0.0), ("1e999", 0.0)]
)
def test_of_a_float_the_beginning_is_taken(text: str, number: float) -> None:
    place = {"chat_id": "1", "latitude": text, "longitude": "1"}
    assert parse_call("sendLocation", place).latitude == number


def test_a_text_is_whatever_comes() -> None:
    for given, text in ((True, "true"), ([1], "[1]"), ("a", "a")):
        assert read("sendMessage", chat_id="1", text=given)["text"] == text


def test_numbers_in_an_object_can_be_texts_and_texts_numbers() -> None:
    markup = {"inline_keyboard": [[{"text": 7, "callback_data": 1, "unknown": 1}]]}
    reply = {"message_id": "5", "chat_id": "@tea"}
    read_both = read(
        "sendMessage",
        chat_id="1",
        text="a",
        reply_markup=json.dumps(markup),
        reply_parameters=json.dumps(reply),
    )
    button = {"text": "7", "callback_data": "1"}
    assert read_both["reply_markup"] == {"inline_keyboard": [[button]]}
    assert read_both["reply_parameters"] == {"message_id": 5, "chat_id": "@tea"}


def test_the_kind_of_an_object_is_found_by_its_fields() -> None:
    results = [
        {"type": "photo", "id": "1", "photo_file_id": "a"},
        {"type": "photo", "id": "2", "photo_url": "b", "thumbnail_url": "c"},
        {"type": "venue", "id": "3", "latitude": 1, "longitude": 2, "title": "t", "address": "a"},
        {
            "type": "article",
            "id": "4",
            "title": "t",
            "input_message_content": {
                "latitude": 1,
                "longitude": 2,
                "title": "t",
                "address": "a",
            },
        },
    ]
    assert read("answerInlineQuery", inline_query_id="1", results=results)["results"] == results


def test_a_poll_option_can_be_a_string() -> None:
    options = read("sendPoll", chat_id="1", question="?", options='["a", {"text": "b"}]')["options"]
    assert options == [{"text": "a"}, {"text": "b"}]


def test_parameters_of_former_versions_are_taken() -> None:
    former = read("sendMessage", chat_id="1", text="a", reply_to_message_id="5")
    assert former["reply_to_message_id"] == 5


def test_what_the_server_ignores_is_absent() -> None:
    for entities in ("{", "5", {"type": "bold"}):
        assert "entities" not in read("sendMessage", chat_id="1", text="a", entities=entities)
    for kinds in ("[", '"message"', '["message", 5]'):
        assert read("getUpdates", allowed_updates=kinds) == {}


def test_files_are_found_by_their_names() -> None:
    cup = Upload("cup.png", b"png")
    media = json.dumps([{"type": "photo", "media": "attach://cup"}])
    assert read("sendMediaGroup", chat_id="1", media=media, cup=cup)["media"][0]["media"] is cup
    assert read("sendPhoto", chat_id="1", photo="attach://cup", cup=cup)["photo"] is cup
    assert read("sendPhoto", chat_id="1", photo=cup)["photo"] is cup
    # A text is no file.
    assert read("sendMessage", chat_id="1", text="attach://cup", cup=cup)["text"] == "attach://cup"
    with pytest.raises(BadRequestError, match="message text is empty"):
        read("sendMessage", chat_id="1", text=cup)


@pytest.mark.parametrize(
    ("method", "params", "refusal"),
    [
        ("answerCallbackQuery", {}, 'parameter "callback_query_id" is required'),
        ("setMyCommands", {"commands": "["}, "can't parse commands JSON object"),
        ("setMyCommands", {"commands": "{}"}, 'field "commands" must be of type Array'),
        (
            "setMyCommands",
            {"commands": '[{"command": "a"}]'},
            "can't parse BotCommand: Can't find field \"description\"",
        ),
        (
            "setMyCommands",
            {"scope": '{"type": "moon"}'},
            "can't parse BotCommandScope: Unsupported type specified",
        ),
        (
            "sendMessage",
            {"entities": '[{"type": "bold"}]'},
            "can't parse MessageEntity: Can't find field \"offset\"",
        ),
        (
            "sendMessage",
            {"reply_parameters": '{"message_id": true}'},
            'field "message_id" must be a Number',
        ),
        (
            "sendMessage",
            {"reply_parameters": '{"message_id": 1, "allow_sending_without_reply": 1}'},
            'field "allow_sending_without_reply" must be of type Boolean',
        ),
        ("editMessageText", {"reply_markup": '{"force_reply": true}'}, "inline keyboard expected"),
        (
            "answerInlineQuery",
            {"results": '[{"type": "article", "id": "1", "reply_markup": []}]'},
            "can't parse inline query result: Can't find field \"title\"",
        ),
        (
            "sendMediaGroup",
            {"media": '[{"type": "photo", "media": "a"}, {"type": "moon"}]'},
            "can't parse InputMedia: Unsupported type specified",
        ),
        (
            "sendInvoice",
            {"prices": '[{"label": "Tea", "amount": 99999999999999999999}]'},
            "can't parse prices: a number is out of range",
        ),
    ],
)
def test_a_wrong_parameter_is_refused_in_telegrams_words(
    method: str, params: Json, refusal: str
) -> None:
    with pytest.raises(BadRequestError) as refused:
        parse_call(method, params)
    assert refused.value.description == f"Bad Request: {refusal}"
