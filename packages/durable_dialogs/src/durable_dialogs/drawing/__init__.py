"""Sending and editing messages: the message manager, edit queues, rate limits, the renderer."""
