"""Chance that can be had again."""

import os
import random
import secrets


def dice() -> random.Random:
    """Give dice that were thrown by TALLY_SEED, or anew; pytest shows the seed of a failure."""
    seed = os.environ.get("TALLY_SEED") or secrets.token_hex(4)
    print(f"TALLY_SEED={seed}")  # noqa: T201 - to repeat a failure by
    return random.Random(seed)  # noqa: S311 - nothing to guess
