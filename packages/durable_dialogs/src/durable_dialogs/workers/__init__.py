"""The live workers of a bot, and which of them owns a chat."""
