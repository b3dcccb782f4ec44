"""Tests of `db/`, on real SQLite files and, with CI=true, on PostgreSQL."""
