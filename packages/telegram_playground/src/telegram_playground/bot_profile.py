"""getMe, and the bot's profile: commands, name, descriptions, menu button."""

import re

from telegram_playground import json_text
from telegram_playground.errors import BadRequestError
from telegram_playground.links import is_page
from telegram_playground.parameters import Parameters
from telegram_playground.state import Json
from telegram_playground.telegram import Telegram

MAX_COMMANDS = 100
MAX_COMMAND = 32
MAX_COMMAND_DESCRIPTION = 256
MAX_NAME = 64
MAX_DESCRIPTION = 512
MAX_SHORT_DESCRIPTION = 120

COMMAND = re.compile(r"[a-z0-9_]+")
LANGUAGE = re.compile(r"[a-z]{2}")


def get_me(telegram: Telegram, _call: Parameters) -> Json:
    """Give the bot's own `User` (getMe)."""
    return telegram.state.bot | telegram.state.abilities


def set_my_commands(telegram: Telegram, call: Parameters) -> bool:
    """Set the command list of a scope and language (setMyCommands)."""
    if len(call.commands) > MAX_COMMANDS:
        raise BadRequestError("BOT_COMMANDS_TOO_MUCH")
    key = _commands_key(telegram, call.scope, call.language_code)
    telegram.state.note("settings")
    commands = [_checked_command(command) for command in call.commands]
    if commands:
        telegram.state.profile.commands[key] = commands
    else:
        telegram.state.profile.commands.pop(key, None)
    return True


def get_my_commands(telegram: Telegram, call: Parameters) -> list[Json]:
    """Give the command list of exactly this scope and language (getMyCommands)."""
    key = _commands_key(telegram, call.scope, call.language_code)
    return telegram.state.profile.commands.get(key, [])


def delete_my_commands(telegram: Telegram, call: Parameters) -> bool:
    """Delete the command list of a scope and language (deleteMyCommands)."""
    telegram.state.note("settings")
    key = _commands_key(telegram, call.scope, call.language_code)
    telegram.state.profile.commands.pop(key, None)
    return True


def set_my_name(telegram: Telegram, call: Parameters) -> bool:
    """Set the bot's name (setMyName)."""
    return _set_text(telegram, call, "name", MAX_NAME)


def get_my_name(telegram: Telegram, call: Parameters) -> Json:
    """Give the bot's name (getMyName)."""
    found = _get_text(telegram, call, "name")
    return found if found["name"] else {"name": telegram.state.bot["first_name"]}


def set_my_description(telegram: Telegram, call: Parameters) -> bool:
    """Set the text that an empty chat with the bot shows (setMyDescription)."""
    return _set_text(telegram, call, "description", MAX_DESCRIPTION)


def get_my_description(telegram: Telegram, call: Parameters) -> Json:
    """Give the text that an empty chat with the bot shows (getMyDescription)."""
    return _get_text(telegram, call, "description")


def set_my_short_description(telegram: Telegram, call: Parameters) -> bool:
    """Set the text on the bot's profile (setMyShortDescription)."""
    return _set_text(telegram, call, "short_description", MAX_SHORT_DESCRIPTION)


def get_my_short_description(telegram: Telegram, call: Parameters) -> Json:
    """Give the text on the bot's profile (getMyShortDescription)."""
    return _get_text(telegram, call, "short_description")


def set_chat_menu_button(telegram: Telegram, call: Parameters) -> bool:
    """Set the menu button of one private chat, or the default one (setChatMenuButton)."""
    _check_menu_chat(telegram, call.chat_id)
    button = call.menu_button
    if button is not None and "web_app" in button and not is_page(button["web_app"]["url"]):
        raise BadRequestError("BUTTON_URL_INVALID")
    telegram.state.note("settings")
    buttons = telegram.state.profile.menu_buttons
    if button is None or button["type"] == "default":
        buttons.pop(call.chat_id, None)
    else:
        buttons[call.chat_id] = button
    return True


def get_chat_menu_button(telegram: Telegram, call: Parameters) -> Json:
    """Give the menu button of one private chat, or the default one (getChatMenuButton)."""
    _check_menu_chat(telegram, call.chat_id)
    return telegram.state.profile.menu_button(call.chat_id)


def leave_server(_telegram: Telegram, _call: Parameters) -> bool:
    """Accept close and logOut; unlike Telegram, the bot may come back at any time."""
    return True


def _commands_key(telegram: Telegram, scope: Json | None, language: str | None) -> tuple[str, str]:
    shown = scope or {"type": "default"}
    if "chat_id" in shown:
        shown = shown | {"chat_id": telegram.chat(shown["chat_id"]).id}
    return json_text.encode(shown, sort_keys=True).decode(), _checked_language(language)


def _checked_language(language: str | None) -> str:
    if language and not LANGUAGE.fullmatch(language):
        raise BadRequestError("invalid language code specified")
    return language or ""


def _checked_command(command: Json) -> Json:
    name = command["command"].strip().removeprefix("/")
    description = command["description"].strip()
    if not name:
        raise BadRequestError("command must be non-empty")
    if len(name) > MAX_COMMAND:
        raise BadRequestError(f"command length must not exceed {MAX_COMMAND}")
    if not COMMAND.fullmatch(name):
        raise BadRequestError("BOT_COMMAND_INVALID")
    if not description:
        raise BadRequestError("command description must be non-empty")
    if len(description) > MAX_COMMAND_DESCRIPTION:
        raise BadRequestError(
            f"command description length must not exceed {MAX_COMMAND_DESCRIPTION}"
        )
    return command | {"command": name, "description": description}


def _set_text(telegram: Telegram, call: Parameters, field: str, longest: int) -> bool:
    text = getattr(call, field) or ""
    telegram.state.note("settings")
    language = _checked_language(call.language_code)
    if len(text) > longest:
        raise BadRequestError(f"{field.upper()}_TOO_LONG")
    if text:
        telegram.state.profile.texts[field, language] = text
    else:
        telegram.state.profile.texts.pop((field, language), None)
    return True


def _get_text(telegram: Telegram, call: Parameters, field: str) -> Json:
    """Give a text in a language, or the default text if that language has none."""
    texts = telegram.state.profile.texts
    language = _checked_language(call.language_code)
    return {field: texts.get((field, language)) or texts.get((field, ""), "")}


def _check_menu_chat(telegram: Telegram, chat_id: int | None) -> None:
    if chat_id is not None and not telegram.chat(chat_id).private:
        raise BadRequestError("chat not found")
