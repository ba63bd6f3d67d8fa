"""Tests of who comes back by itself."""
