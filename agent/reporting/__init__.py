"""Reports: made from the morning after a period, archived, and sent to our own people."""
