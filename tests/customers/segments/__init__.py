"""Segments: rules, rates, and whether they differ."""
