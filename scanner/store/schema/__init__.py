"""The database's shape, as forward migrations: one file for each, in order, never changed later."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils.migrations import Migrations

CURRENT = 1
"""The version that this program reads and writes; kept in the file as `user_version`."""


def migrations() -> "Migrations":
    """Collect the migrations, oldest first."""
    from sqlite_utils.migrations import Migrations

    from scanner.store.schema import v1_first

    collected = Migrations("scanner")
    collected(name="v1_first")(v1_first.apply)
    return collected
