"""The Bot API: session, retries, proxy, clock, updates as they come."""
