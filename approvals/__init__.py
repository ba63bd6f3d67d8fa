"""Asks a person, and acts on the answer: the queue of frozen proposals."""
