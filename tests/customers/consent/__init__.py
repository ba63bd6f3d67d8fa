"""Tests of who said yes or no."""
