"""From the bytes of an update to an update, or to the quarantine."""
