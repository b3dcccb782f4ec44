"""Exports: totals, or all data of a person, sent as documents."""
