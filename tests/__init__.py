"""The tests of Tally."""

import gc

# The modules that load from here on stay in memory: see `tests.conftest.pytest_collection_finish`.
gc.disable()
