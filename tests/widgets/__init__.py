"""Tests of `widgets/`."""
