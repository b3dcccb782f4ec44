"""Tests of deploy/, Dockerfile, compose.yaml and Makefile."""
