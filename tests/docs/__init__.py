"""Tests of the documentation, and of what it promises."""
