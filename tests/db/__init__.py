"""The database room, on real SQLite files."""
