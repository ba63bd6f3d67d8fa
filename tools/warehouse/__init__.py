"""Facts for whole populations: one schema, immutable Parquet, one SQL dialect."""
