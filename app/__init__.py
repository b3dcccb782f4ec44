"""Puts Tally together: settings, connections, dispatcher, pages, and the run itself."""
