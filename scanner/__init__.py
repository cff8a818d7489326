"""Decides at the door of an event who gets in."""

__version__ = "0.2.0"
