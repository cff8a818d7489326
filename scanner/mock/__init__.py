"""A mock server of the TickeTing API: a program of its own, used over HTTP only.

It shares no code with the rest of the package: two independent readings of the API's contract, so
that a mistake in one fails a test. All data is in one SQLite database, in a file or in memory.
Every request is one transaction.
"""
