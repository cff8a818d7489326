"""The shape of the two files, as forward migrations: one module for each, in order, never changed
later. The ledger's file is precious; the cache's beside it can be fetched again.
"""

import sqlite3
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database
    from sqlite_utils.migrations import Migrations

CURRENT = 5
"""The ledger's version that this program reads and writes; kept in the file as `user_version`."""

CACHE_CURRENT = 2
"""The same of the cache."""

SHAPE = "7837ac24ce7324803795cc9790ab49618a2c3cf4b5bfd35605a7c7b1ccf4de72"
"""The digest of the tables, indexes and triggers at that version; `scanner.store.integrity` makes
it. Making them anew at each start, only to compare, would cost a fifth of a second."""

CACHE_SHAPE = "22806bd6f14f1cda95c5010acde5e204e71784269fc5613d00fbffc01d160c83"
"""The same of the cache."""


def migrations() -> "Migrations":
    """Collect the ledger's migrations, oldest first."""
    from sqlite_utils.migrations import Migrations

    from scanner.store.schema import (
        v1_first,
        v2_cache_apart,
        v3_one_row,
        v4_reason_codes,
        v5_accountability,
    )

    collected = Migrations("scanner")
    collected(name="v1_first")(v1_first.apply)
    collected(name="v2_cache_apart")(v2_cache_apart.apply)
    collected(name="v3_one_row")(v3_one_row.apply)
    collected(name="v4_reason_codes")(v4_reason_codes.apply)
    collected(name="v5_accountability")(v5_accountability.apply)
    return collected


def cache_migrations() -> "Migrations":
    """Collect the cache's migrations, oldest first."""
    from sqlite_utils.migrations import Migrations

    from scanner.store.schema import cache_v1_first, cache_v2_doubts

    collected = Migrations("scanner cache")
    collected(name="cache_v1_first")(cache_v1_first.apply)
    collected(name="cache_v2_doubts")(cache_v2_doubts.apply)
    return collected


def run(db: "Database", script: str) -> None:
    """Run the statements one by one; `executescript` would commit the migration's transaction."""
    current = ""
    for line in script.splitlines(keepends=True):
        current += line
        if sqlite3.complete_statement(current):
            db.conn.execute(current)
            current = ""
