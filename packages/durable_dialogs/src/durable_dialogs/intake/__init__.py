"""Receiving updates, by polling or webhook, and reading them; what can't be read is quarantined."""
