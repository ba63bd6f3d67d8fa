"""Reads what a company has into the canonical tables."""
