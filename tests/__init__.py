"""Tally, tried out."""
