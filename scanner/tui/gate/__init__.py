"""The guard's screen, and the screens beside it: one a file."""
