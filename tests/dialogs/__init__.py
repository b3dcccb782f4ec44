"""Tests of `dialogs/`."""
