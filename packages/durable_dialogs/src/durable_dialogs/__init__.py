"""Dialog state on Redis: the inbox, the transaction, the outbox, the renderer."""
