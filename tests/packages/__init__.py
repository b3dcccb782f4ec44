"""Tests of the two libraries as somebody else installs them."""
