"""The one SQLite file: cache and ledger. The only SQL in the project."""
