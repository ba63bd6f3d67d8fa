"""Tests of identity: who is the same customer."""
