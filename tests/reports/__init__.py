"""Reports: retention, money, pictures."""
