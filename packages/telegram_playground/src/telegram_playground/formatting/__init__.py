"""Texts as Telegram stores them: without markup, clean, with entities in UTF-16 offsets.

The rules are those of tdlib, which the Bot API server is built on: `MessageEntity.cpp`, `misc.cpp`.
"""

from telegram_playground.formatting.text import finish_text, format_text

__all__ = ["finish_text", "format_text"]
