"""What is Tally's own and leaves the engine with its hooks."""
