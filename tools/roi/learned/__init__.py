"""What our own closed outcomes say of each play in each segment."""
