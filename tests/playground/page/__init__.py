"""The chat page, clicked in a real browser."""
