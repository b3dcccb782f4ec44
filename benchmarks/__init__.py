"""Benchmarks, some beside other implementations of the same bot."""
