"""What recurs: movements, net retention, cohorts of money, and their section."""
