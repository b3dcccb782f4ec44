"""The Bot API: session, retries, proxy, clock, raw updates, topics."""
