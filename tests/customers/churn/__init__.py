"""Tests of the churn calculators."""
