"""What led to revenue, what an account of each source costs and brings."""
