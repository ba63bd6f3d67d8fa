"""Tests of the store: one suite, run on both databases."""
