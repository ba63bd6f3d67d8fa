"""Tests of the web inbox."""
