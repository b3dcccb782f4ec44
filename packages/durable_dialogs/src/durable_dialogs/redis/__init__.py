"""Redis: addresses, connections, clusters, batches, the embedded Valkey."""
