"""What each play changed, by those who were approved and left out."""
