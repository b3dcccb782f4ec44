"""Messages as they are drawn: edit queues, rate limits, the renderer."""
