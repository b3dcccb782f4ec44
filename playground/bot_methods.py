"""Which function answers which method of the Bot API."""

from collections.abc import Callable
from typing import Any

from aiogram import methods
from aiogram.methods import TelegramMethod

from playground import bot_profile, callbacks, chats, messages, updates
from playground.parameters import Method
from playground.telegram import Telegram

Handler = Callable[[Telegram, Any], object]
"""Takes a checked call; returns the result, or an awaitable of it, or raises `ApiError`."""

HANDLERS: dict[Method, Handler] = {
    methods.GetUpdates: updates.get_updates,
    methods.SetWebhook: updates.set_webhook,
    methods.DeleteWebhook: updates.delete_webhook,
    methods.GetWebhookInfo: updates.get_webhook_info,
    methods.SendMessage: messages.send_message,
    methods.EditMessageText: messages.edit_message_text,
    methods.EditMessageReplyMarkup: messages.edit_message_reply_markup,
    methods.DeleteMessage: messages.delete_message,
    methods.DeleteMessages: messages.delete_messages,
    methods.AnswerCallbackQuery: callbacks.answer_callback_query,
    methods.GetMe: bot_profile.get_me,
    methods.SetMyCommands: bot_profile.set_my_commands,
    methods.GetMyCommands: bot_profile.get_my_commands,
    methods.DeleteMyCommands: bot_profile.delete_my_commands,
    methods.SetMyName: bot_profile.set_my_name,
    methods.GetMyName: bot_profile.get_my_name,
    methods.SetMyDescription: bot_profile.set_my_description,
    methods.GetMyDescription: bot_profile.get_my_description,
    methods.SetMyShortDescription: bot_profile.set_my_short_description,
    methods.GetMyShortDescription: bot_profile.get_my_short_description,
    methods.SetChatMenuButton: bot_profile.set_chat_menu_button,
    methods.GetChatMenuButton: bot_profile.get_chat_menu_button,
    methods.Close: bot_profile.leave_server,
    methods.LogOut: bot_profile.leave_server,
    methods.GetChat: chats.get_chat,
    methods.GetChatMember: chats.get_chat_member,
    methods.GetChatAdministrators: chats.get_chat_administrators,
    methods.GetChatMemberCount: chats.get_chat_member_count,
    methods.SendChatAction: chats.send_chat_action,
}
"""The methods that are spoken here; of the others it is only known that they exist."""

KNOWN: dict[str, Method] = {
    member.__api_method__.lower(): member
    for name in methods.__all__
    if isinstance(member := getattr(methods, name), type)
    and issubclass(member, TelegramMethod)
    and member is not TelegramMethod
}
"""Every method of the Bot API by its name in small letters, as it may be called."""
