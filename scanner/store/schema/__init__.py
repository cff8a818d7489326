"""The database's shape, as forward migrations: one file for each, in order, never changed later."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils.migrations import Migrations

CURRENT = 1
"""The version that this program reads and writes; kept in the file as `user_version`."""

SHAPE = "9074c076cf1ec5130eb8ffe12b26df74aa7ed4a458a2bb6c2e07eb896e5ae119"
"""The digest of the tables, indexes and triggers at that version; `scanner.store.integrity` makes
it. Making them anew at each start, only to compare, would cost a fifth of a second."""


def migrations() -> "Migrations":
    """Collect the migrations, oldest first."""
    from sqlite_utils.migrations import Migrations

    from scanner.store.schema import v1_first

    collected = Migrations("scanner")
    collected(name="v1_first")(v1_first.apply)
    return collected
