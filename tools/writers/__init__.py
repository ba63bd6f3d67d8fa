"""Words around figures that are already decided."""
