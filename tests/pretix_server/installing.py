"""A pretix in a virtual environment of its own, in the user's cache: set up once, used by all."""

import os
import shutil
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

VERSION = "2026.8.0"
"""The pretix whose answers these tests were written against."""

PACKAGES = (f"pretix=={VERSION}", "gunicorn==27.0.1")
"""What pip gets; where from, and through what, is for its own settings to say."""

USER = "admin@localhost"
PASSWORD = "admin"
SET_UP_SECONDS = 1200


class SetUpError(Exception):
    """A pretix could not be installed or prepared; the last lines of what was printed are in it."""


@dataclass(frozen=True)
class Installed:
    """Where it is: `folder` has the environment and an empty database with its administrator."""

    folder: Path

    @property
    def python(self) -> Path:
        return self.folder / "venv" / "bin" / "python"

    @property
    def gunicorn(self) -> Path:
        return self.folder / "venv" / "bin" / "gunicorn"

    @property
    def fresh(self) -> Path:
        """A SQLite file with the tables and the administrator, to be copied."""
        return self.folder / "fresh.sqlite3"


def installed() -> Installed:
    """Return the pretix in the cache, which is set up first where it is not there yet.

    Raises:
        SetUpError: it could not be; what was begun is taken away.
    """
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    there = Installed(caches / "scanner-tests" / f"pretix-{VERSION}")
    there.folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{there.folder}.lock"):
        if not there.fresh.exists():
            shutil.rmtree(there.folder, ignore_errors=True)
            _set_up(there)
    return there


def configure(folder: Path, url: str, database: dict[str, str]) -> Path:
    """Write pretix's settings for one server, which keeps its files in `folder`; return the file.

    Its mail goes to a port where nobody listens, and it asks nobody for exchange rates.
    """
    folder.mkdir(parents=True, exist_ok=True)
    sections = {
        "pretix": {"url": url, "datadir": str(folder), "ecb_rates": "off"},
        "database": database,
        "mail": {"host": "127.0.0.1", "port": "9"},
        "django": {"debug": "false", "secret": "only for tests on this machine"},
    }
    lines = [
        line
        for name, settings in sections.items()
        for line in (f"[{name}]", *(f"{key}={value}" for key, value in settings.items()))
    ]
    written = folder / "pretix.cfg"
    written.write_text("\n".join(lines) + "\n")
    return written


def migrate(there: Installed, settings: Path) -> None:
    """Make the tables and the administrator in the database that the settings name.

    The tables are made from the models (15 s), not by the history of their changes (2 min).

    Raises:
        SetUpError: pretix could not.
    """
    tables = {"DJANGO_SETTINGS_MODULE": "pretix.testutils.settings"}
    run_pretix(there, settings, "migrate", "--run-syncdb", **tables)
    password = {"DJANGO_SUPERUSER_PASSWORD": PASSWORD}
    run_pretix(there, settings, "createsuperuser", "--noinput", "--email", USER, **password)


def run_pretix(there: Installed, settings: Path, *words: str, **variables: str) -> None:
    """Run one of pretix's own commands.

    Raises:
        SetUpError: it did not end well.
    """
    _run(str(there.python), "-m", "pretix", *words, **environment(settings), **variables)


def environment(settings: Path) -> dict[str, str]:
    """The variables that tell pretix where its settings are, and keep it out of the home folder."""
    return {"PRETIX_CONFIG_FILE": str(settings), "HOME": str(settings.parent)}


def _set_up(there: Installed) -> None:
    sys.stderr.write(f"Setting up pretix {VERSION} in {there.folder} (once; some minutes) …\n")
    venv.create(there.folder / "venv", symlinks=True, with_pip=True)
    _run(str(there.python), "-m", "pip", "install", "--quiet", *PACKAGES)
    preparing = there.folder / "preparing"
    settings = configure(preparing, "http://127.0.0.1", {"backend": "sqlite3"})
    migrate(there, settings)
    (preparing / "db.sqlite3").rename(there.fresh)
    shutil.rmtree(preparing)


def _run(*words: str, **variables: str) -> None:
    done = subprocess.run(
        words,
        env={**os.environ, **variables},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=SET_UP_SECONDS,
        check=False,
    )
    if done.returncode != 0:
        said = done.stdout.decode(errors="replace")[-2000:]
        raise SetUpError(f"{' '.join(words)} ended with {done.returncode}:\n{said}")
