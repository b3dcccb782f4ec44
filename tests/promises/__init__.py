"""Tests of what Tally promises: each tap counts once, and each message follows."""
