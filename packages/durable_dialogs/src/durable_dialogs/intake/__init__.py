"""Reading updates from their bytes; those that can't be read go to the quarantine."""
