"""Sign-in for the inbox: who is asking, and what they may do."""
