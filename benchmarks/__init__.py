"""Measurements, side by side with other ways to write the same bot."""
