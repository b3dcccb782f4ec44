"""Tests of `signed/`."""
