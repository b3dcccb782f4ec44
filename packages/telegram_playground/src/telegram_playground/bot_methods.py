"""Which function answers which method of the Bot API."""

from collections.abc import Callable
from typing import Any

from aiogram import methods
from aiogram.methods import TelegramMethod

from telegram_playground import (
    bot_profile,
    callbacks,
    chats,
    contents,
    edits,
    files,
    games,
    inline_mode,
    media,
    messages,
    payments,
    polls,
    updates,
)
from telegram_playground.parameters import Method
from telegram_playground.telegram import Telegram

Handler = Callable[[Telegram, Any], object]
"""Takes a checked call; returns its result or an awaitable of it; raises `ApiError`."""

HANDLERS: dict[Method, Handler] = {
    methods.GetUpdates: updates.get_updates,
    methods.SetWebhook: updates.set_webhook,
    methods.DeleteWebhook: updates.delete_webhook,
    methods.GetWebhookInfo: updates.get_webhook_info,
    methods.SendMessage: messages.send_message,
    **dict.fromkeys(media.KINDS, media.send_file),
    methods.SendMediaGroup: media.send_media_group,
    methods.SendDice: contents.send_dice,
    methods.SendContact: contents.send_contact,
    methods.SendLocation: contents.send_location,
    methods.SendVenue: contents.send_venue,
    methods.SendGame: contents.send_game,
    methods.SendPoll: polls.send_poll,
    methods.StopPoll: polls.stop_poll,
    methods.ForwardMessage: messages.forward_message,
    methods.CopyMessage: messages.copy_message,
    methods.EditMessageText: edits.edit_message_text,
    methods.EditMessageCaption: edits.edit_message_caption,
    methods.EditMessageMedia: edits.edit_message_media,
    methods.EditMessageReplyMarkup: edits.edit_message_reply_markup,
    methods.GetFile: files.get_file,
    methods.DeleteMessage: messages.delete_message,
    methods.DeleteMessages: messages.delete_messages,
    methods.AnswerCallbackQuery: callbacks.answer_callback_query,
    methods.AnswerInlineQuery: inline_mode.answer_inline_query,
    methods.AnswerWebAppQuery: inline_mode.answer_web_app_query,
    methods.SetGameScore: games.set_game_score,
    methods.GetGameHighScores: games.get_game_high_scores,
    methods.SendInvoice: payments.send_invoice,
    methods.CreateInvoiceLink: payments.create_invoice_link,
    methods.AnswerShippingQuery: payments.answer_shipping_query,
    methods.AnswerPreCheckoutQuery: payments.answer_pre_checkout_query,
    methods.RefundStarPayment: payments.refund_star_payment,
    methods.GetStarTransactions: payments.get_star_transactions,
    methods.GetMyStarBalance: payments.get_my_star_balance,
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
    methods.GetUserProfilePhotos: chats.get_user_profile_photos,
    methods.SendChatAction: chats.send_chat_action,
    methods.LeaveChat: chats.leave_chat,
}
"""The methods that the playground implements."""

KNOWN: dict[str, Method] = {
    member.__api_method__.lower(): member
    for name in methods.__all__
    if isinstance(member := getattr(methods, name), type)
    and issubclass(member, TelegramMethod)
    and member is not TelegramMethod
}
"""Every method of the Bot API by its name in lower case."""
