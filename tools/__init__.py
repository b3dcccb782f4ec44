"""Programs for people who work on Tally."""
