"""Pages and tables a person reads."""
