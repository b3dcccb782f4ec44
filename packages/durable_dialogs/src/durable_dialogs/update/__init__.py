"""The way of an update: unit of work, commit, nested dialogs, answers."""
