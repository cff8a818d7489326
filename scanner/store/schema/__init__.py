"""The shape of the two files, as forward migrations: one module for each, in order, never changed
later. The ledger's file is precious; the cache's beside it can be fetched again.
"""

import sqlite3
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database
    from sqlite_utils.migrations import Migrations

CURRENT = 7
"""The ledger's version that this program reads and writes; kept in the file as `user_version`."""

CACHE_CURRENT = 4
"""The same of the cache."""

SHAPE = "282cc710d56ff4b28bdb9efeb2328420cf893d373dfc7a83c0c849ac08ce67f2"
"""The digest of the tables, indexes and triggers at that version; `scanner.store.integrity` makes
it. Making them anew at each start, only to compare, would cost a fifth of a second."""

CACHE_SHAPE = "78eaba53ed085cb2b6bfd431e29f597030ce0412a06333dedefafc1036c22027"
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
        v6_reentry,
        v7_passages,
    )

    collected = Migrations("scanner")
    collected(name="v1_first")(v1_first.apply)
    collected(name="v2_cache_apart")(v2_cache_apart.apply)
    collected(name="v3_one_row")(v3_one_row.apply)
    collected(name="v4_reason_codes")(v4_reason_codes.apply)
    collected(name="v5_accountability")(v5_accountability.apply)
    collected(name="v6_reentry")(v6_reentry.apply)
    collected(name="v7_passages")(v7_passages.apply)
    return collected


def cache_migrations() -> "Migrations":
    """Collect the cache's migrations, oldest first."""
    from sqlite_utils.migrations import Migrations

    from scanner.store.schema import (
        cache_v1_first,
        cache_v2_doubts,
        cache_v3_details,
        cache_v4_venue,
    )

    collected = Migrations("scanner cache")
    collected(name="cache_v1_first")(cache_v1_first.apply)
    collected(name="cache_v2_doubts")(cache_v2_doubts.apply)
    collected(name="cache_v3_details")(cache_v3_details.apply)
    collected(name="cache_v4_venue")(cache_v4_venue.apply)
    return collected


def run(db: "Database", script: str) -> None:
    """Run the statements one by one; `executescript` would commit the migration's transaction."""
    current = ""
    for line in script.splitlines(keepends=True):
        current += line
        if sqlite3.complete_statement(current):
            db.conn.execute(current)
            current = ""
