"""What stands out against its own past, and the section about it."""
