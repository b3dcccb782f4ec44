"""Bots that the tests of the page talk to."""
