"""What belongs to Tally: open counters, statistics of taps, drafts of inline mode."""
