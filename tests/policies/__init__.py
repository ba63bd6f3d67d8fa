"""Tests of the judge and of the files a marketer edits."""
