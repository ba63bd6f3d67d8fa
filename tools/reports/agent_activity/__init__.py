"""What the agent did, what people made of it, and the section about it."""
