"""Value and choice."""
