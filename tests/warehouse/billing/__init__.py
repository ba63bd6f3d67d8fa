"""Tests of the bill: versions of lines, and who pays how much."""
