"""Redis: addresses, connections, clusters, batches, the clock, errors, the embedded Valkey."""
