"""What an action is worth against doing nothing, and which few to choose."""
