"""A real pretix, a program of its own, and what the scanner relies on and does with it.

Skipped unless asked for with `scripts/test --pretix`: setting one up loads 90 MB once. pretix is
only started and spoken to over HTTP; nothing of it is imported.
"""
