"""Puts Tally together and runs it: settings, connections, dispatcher, pages."""
