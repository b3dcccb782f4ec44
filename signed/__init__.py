"""Signed data that leaves Tally and comes back: the signature shows that Tally made it."""
