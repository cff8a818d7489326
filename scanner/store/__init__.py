"""The SQLite files: the ledger, precious and append-only, and the cache beside it. The only SQL.

Layers, each importing only what stands above it in this list:

- `errors`, `schema`, `locks` among processes.
- `migrate` creates the two files and brings older ones up to date.
- `checkpoint` knows how far the ledger came, and `quarantine` copies what is damaged.
- `database` opens the files, with transactions.
- What is stored: `ledger`, `passages`, the cache, tickets, search, statistics.
- `integrity` checks that all is as it was written, and `contradictions` the tables together.
- `db_worker` and `writer` do the work of a process on the files, in background threads.
- `recovery` makes a sound database of a damaged one.
"""
