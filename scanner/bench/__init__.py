"""Measures what the house reads and how fast, on photographs and on frames that it draws."""
