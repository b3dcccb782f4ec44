"""Handlers outside of dialogs: commands, links, inline mode, payments, errors."""
