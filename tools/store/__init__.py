"""What must never be lost or done twice: rows in SQLite or PostgreSQL."""
