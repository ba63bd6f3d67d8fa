"""Calculators over (tables, as_of)."""
