"""Tests of records: what is said of a person or company, by whom, and until when."""
