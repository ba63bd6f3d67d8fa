"""Tests of the queue of frozen proposals."""
