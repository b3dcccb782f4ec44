"""The way of an update: chat lock, unit of work, commit, answer, and updates within updates."""
