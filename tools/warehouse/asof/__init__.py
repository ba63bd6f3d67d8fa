"""The world as it was known on a day: one row per customer, nothing from the future."""
