"""The terminal itself: its driver, its keys, and what it can show."""
