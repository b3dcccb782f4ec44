"""Random choices that can be repeated."""

import os
import random
import secrets


def dice() -> random.Random:
    """Give a random generator, seeded by TALLY_SEED or else anew; pytest shows a failure's seed."""
    seed = os.environ.get("TALLY_SEED") or secrets.token_hex(4)
    print(f"TALLY_SEED={seed}")  # noqa: T201 - repeats a failure
    return random.Random(seed)  # noqa: S311 - not for secrets
