"""Pure calculators over (tables, as_of): features, stages, churn, segments, identity."""
