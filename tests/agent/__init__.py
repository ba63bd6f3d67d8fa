"""Tests of the agent: the day as a whole, killed, repeated, replayed and asked from outside."""
