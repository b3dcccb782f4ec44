"""Programs for the developers of Tally."""
