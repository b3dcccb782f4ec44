"""Inbox, outbox and leases: what must happen at least once."""
