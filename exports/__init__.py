"""Documents: totals, or all of a person's data, as files."""
