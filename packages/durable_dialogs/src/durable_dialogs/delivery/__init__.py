"""Inbox, outbox and leases: what must happen at least once, and what must not happen twice."""
