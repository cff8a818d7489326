"""Payloads from the world: pictures from a camera or a file, codes read, presentations told."""
