"""Cameras and hand scanners: what they deliver, and when it counts as one presentation."""
