"""Charts as pictures, drawn by matplotlib in a process of its own.

This package knows nothing of the bot. `charts.process` is for the bot's process,
`charts.picture` is loaded in the other one alone.
"""
