"""Dialog state in Redis: keys, records, the store, the unit of work."""
