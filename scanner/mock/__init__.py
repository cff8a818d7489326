"""The API's stand-in: a program of its own, used over HTTP only.

It shares no code with the rest of the package, so that one reading of the contract can prove
another wrong. Its world is one SQLite database, in a file or in memory, and every request is one
transaction.
"""
