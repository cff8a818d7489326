"""Measures the venue with real nodes: claims against bare creates, and blocks to plan with."""
