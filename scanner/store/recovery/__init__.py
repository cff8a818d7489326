"""Recovers a damaged database: reads its pages, reconstructs the ledger, and replaces the file.

This is the store's top layer: it imports the rest of the store, and nothing of the store imports
it. Quarantine is below it, since who opens a damaged database copies it too.

- `page_reader` reads the records of a damaged file from its pages, without SQLite.
- `record_forms` tells which of them may be the ledger's.
- `reconstruct` chooses which of them to restore: what the hash chain proves.
- `recover` does it all: copies to quarantine, writes a new database, replaces the damaged one.
"""
