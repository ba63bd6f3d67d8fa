"""The sections of the weekly report."""
