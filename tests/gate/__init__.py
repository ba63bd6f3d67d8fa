"""The gate: decided once, carried out once, and provable, whatever happens in between."""
