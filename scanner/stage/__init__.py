"""Synthetic camera frames: rendered tickets that patrons hold up, for demo, tests and bench.

The same seed gives the same bytes.
"""
