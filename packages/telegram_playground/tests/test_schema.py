"""The schema: complete in itself, and equal to the models of aiogram for the same version."""

import re
import subprocess
import sys

import pytest
from aiogram import __api_version__, methods, types

from telegram_playground.schema import METHODS, OBJECTS, UNIONS, VERSION, alternatives, fields_of

FORMER = {
    "callback_query_id",  # of ephemeral messages
    "exclude_limited",
    "allow_sending_without_reply",
    "correct_option_id",
    "disable_web_page_preview",
    "receiver_user_id",  # of ephemeral messages
    "reply_to_message_id",
    "sticker_format",
    "switch_pm_parameter",
    "switch_pm_text",
}
"""Parameters that Telegram has replaced, which aiogram still has."""

FORMER_FIELDS = {
    "BusinessBotRights": {"can_delete_outgoing_messages"},
    "BusinessConnection": {"can_reply"},
    "Chat": types.ChatFullInfo.model_fields.keys(),
    "ChatFullInfo": {"can_send_gift"},
    "InlineQueryResultArticle": {"hide_url"},
    "InputTextMessageContent": {"disable_web_page_preview"},
    "KeyboardButton": {"request_user"},
    "MenuButtonCommands": {"text", "web_app"},  # of its base class in aiogram
    "MenuButtonDefault": {"text", "web_app"},  # likewise
    "Message": {
        "forward_date",
        "forward_from",
        "forward_from_chat",
        "forward_from_message_id",
        "forward_sender_name",
        "forward_signature",
        "user_shared",
    },
    "Poll": {"correct_option_id"},
    "StickerSet": {"is_animated", "is_video"},
    "UniqueGiftInfo": {"last_resale_star_count"},
    "UsersShared": {"user_ids"},
}
"""Fields of objects that Telegram has replaced, which aiogram still has."""

BASIC = {"Integer", "Float", "Boolean", "True", "String", "InputFile"}


def test_every_type_is_known() -> None:
    for group in (METHODS, OBJECTS):
        for fields in group.values():
            for type_ in fields.values():
                if not type_.startswith("="):
                    named = set(re.findall(r"\w+", type_))
                    assert named <= BASIC | OBJECTS.keys() | UNIONS.keys(), type_


@pytest.mark.skipif(__api_version__ != VERSION, reason="aiogram is of another version")
def test_methods_have_the_parameters_that_aiogram_gives_them() -> None:
    models = {
        model.__api_method__: model
        for name in methods.__all__
        if isinstance(getattr(model := getattr(methods, name), "__api_method__", None), str)
    }
    assert models.keys() == METHODS.keys()
    for name, model in models.items():
        former = FORMER - METHODS[name].keys()
        assert METHODS[name].keys() == model.model_fields.keys() - former, name
        for parameter in METHODS[name]:
            field = model.model_fields[parameter]
            assert field.is_required() is not METHODS[name][parameter].endswith("?"), parameter


@pytest.mark.skipif(__api_version__ != VERSION, reason="aiogram is of another version")
def test_objects_have_the_fields_that_aiogram_gives_them() -> None:
    for name, fields in OBJECTS.items():
        model: type[types.TelegramObject] = getattr(types, name)
        known = {field.alias or own for own, field in model.model_fields.items()}
        assert fields.keys() == known - (FORMER_FIELDS.get(name, set()) - fields.keys()), name


def test_a_type_is_taken_apart() -> None:
    assert alternatives("Integer|String") == ("Integer", "String")
    assert alternatives("[InputMediaAudio|InputMediaPhoto]") == (
        "[InputMediaAudio|InputMediaPhoto]",
    )
    assert "MenuButtonWebApp" in alternatives("MenuButton")
    assert alternatives("RichText")[:2] == ("String", "[RichText]")
    assert fields_of("BotCommandScopeChat")["type"].constant == "chat"


def test_importing_the_playground_imports_no_library_for_bots() -> None:
    code = "import sys, telegram_playground; print(*sys.modules)"
    loaded = subprocess.check_output([sys.executable, "-c", code], text=True)  # noqa: S603 - ours
    assert not {"aiogram", "pydantic", "uvloop", "telegram", "telebot"} & set(loaded.split())
