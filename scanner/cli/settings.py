"""Settings for a command: read once, and the log opened where they say."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from scanner.config import Config
    from scanner.demo.pretix_world import PretixAccess
    from scanner.store.database import SqlConnection

Api = Annotated[
    str | None,
    typer.Option(
        "--api",
        metavar="URL",
        help="With TickeTing: the address of its API, ending in /v3/; without it, the server that "
        "this gate was opened at.",
    ),
]
ApiKey = Annotated[
    str | None,
    typer.Option(
        "--api-key",
        metavar="KEY",
        help="With TickeTing: a key to ask with. An argument shows in the list of processes: "
        "SCANNER_API_KEY, or - to read it from standard input, keeps it secret.",
    ),
]
Codes = Annotated[
    str | None,
    typer.Option(
        metavar="KINDS",
        help="The kinds of codes to read, with commas between them, such as qr,aztec,pdf417; "
        "or all.",
    ),
]
Overwrite = Annotated[
    bool, typer.Option("--overwrite", help="Replace a file that is there already.")
]
Json = Annotated[bool, typer.Option("--json", help="For programs: JSON instead of a table.")]


def load(**flags: Any) -> "Config":
    """Read the settings and open the log; a flag that is `None` was not given.

    Raises:
        ConfigError: where a setting can't be used.
    """
    from scanner.config import load_config
    from scanner.log import open_log
    from scanner.paths import data_folder, log_file

    open_log(log_file(data_folder()))
    config = load_config(**flags)
    if config.home != data_folder():
        open_log(log_file(config.home))
    return config


def load_with_server(**flags: Any) -> "Config":
    """Read the settings as `load` does; where they name no server, it is this gate's.

    A gate at another platform than TickeTing has none for these commands; a login has.

    Raises:
        ConfigError: where a setting can't be used.
        StoreError: where the gate's database can't be read.
        ScannerError: the gate is at another platform, and nobody is logged in.
    """
    config = load(**flags)
    if "api" in config.model_fields_set or not database(config).exists():
        return config
    from contextlib import closing

    from scanner.store.sessions import TICKETING, read_session

    with closing(open_made(config)) as reader:
        session = read_session(reader)
    if session and session.platform != TICKETING:
        return _without_gate(config)
    return config.model_copy(update={"api": session.api}) if session else config


def _without_gate(config: "Config") -> "Config":
    from scanner.cli.errors import CliFault
    from scanner.desk.login import stored_login
    from scanner.errors import ScannerError
    from scanner.keystore import open_keystore

    if stored_login(open_keystore(config.home)) is None:
        raise ScannerError(CliFault.ONLY_AT_TICKETING)
    return config


def open_made(config: "Config") -> "SqlConnection":
    """Open the database for reading; one that isn't there yet is made."""
    from scanner.store.database import open_database, open_reader

    file = database(config)
    open_database(file).close()
    return open_reader(file)


def database(config: "Config") -> Path:
    """Return the place of the gate's database."""
    from scanner.paths import database_file

    return database_file(config.home)


def pretix_access(address: str) -> "PretixAccess":
    """Return a pretix to try things at, with the token from the environment.

    Raises:
        DemoError: the address can't be read, or there is no token.
    """
    import os

    from scanner.demo.pretix_world import TOKEN_VARIABLE, PretixAccess

    return PretixAccess.read(address, os.environ.get(TOKEN_VARIABLE))
