"""The kiosk among the machine's services: which files, what is in them, what remains to be done."""

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

from scanner.errors import ScannerError
from scanner.paths import assets_folder

UNIT = PurePosixPath("/etc/systemd/system/scanner-kiosk.service")
USER = PurePosixPath("/etc/sysusers.d/scanner-kiosk.conf")

MARK = "# Written by `scanner kiosk --install`"
"""How each file begins; one that begins otherwise is somebody else's."""

AFTER_REMOVAL = """\
Then, as root:
  systemctl disable --now scanner-kiosk; systemctl daemon-reload
  systemctl start getty@tty1
Its data stay in /var/lib/scanner-kiosk, the user scanner-kiosk stays with them."""

_NEXT = """
Then, as root:
  systemd-sysusers && systemctl daemon-reload
  install -d -m 700 -o scanner-kiosk -g scanner-kiosk /var/lib/scanner-kiosk
  {as_user} {program} kiosk --set-pin
  {as_user} {program} open CODE --name Lane --device lane-1
  systemctl enable --now scanner-kiosk
  systemctl set-default multi-user.target     no desktop beside it

The service holds the first console by itself. So that no other console can be reached from its
keyboard, in /etc/systemd/logind.conf:
  [Login]
  NAutoVTs=0
  ReserveVT=0
and in /etc/sysctl.d/50-kiosk.conf:
  kernel.sysrq = 0

Or, without the service, by autologin on a bare console: `systemctl edit getty@tty1` with
  [Service]
  ExecStart=
  ExecStart=-/sbin/agetty --autologin scanner-kiosk --noclear %I $TERM
and as the last line of ~scanner-kiosk/.bash_profile
  exec {program} kiosk{flags}

Or under a Wayland kiosk (packages cage and foot), as the last line of the same file
  exec cage -- foot --fullscreen {program} kiosk{flags}
(without cage's -s, so that its keyboard can't switch consoles)."""


class ServiceError(ScannerError):
    """The service's files can't be written or taken away."""


def files(words: Sequence[str]) -> dict[PurePosixPath, str]:
    """Return each file's place and text; `words` is the kiosk's command line."""
    folder = assets_folder() / "systemd"
    unit = (folder / "scanner-kiosk.service").read_text("utf-8")
    user = (folder / "scanner-kiosk.sysusers.conf").read_text("utf-8")
    return {UNIT: unit.replace("@EXEC@", _exec(words)), USER: user}


def write(given: Mapping[PurePosixPath, str], root: Path) -> list[Path]:
    """Write the files below `root`; returns where they are now.

    Raises:
        ServiceError: one can't be written, or another file is in its place.
    """
    written = []
    for place, text in given.items():
        path = _below(root, place)
        _refuse_foreign(path)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
            path.chmod(0o644)
        except OSError as error:
            raise ServiceError(
                f"{path} can't be written ({error.strerror}); run this with sudo, or give --root."
            ) from error
        written.append(path)
    return written


def remove(root: Path) -> list[Path]:
    """Take away what `write` wrote; returns what was there.

    Raises:
        ServiceError: one can't be taken away, or is another's.
    """
    removed = []
    for place in (UNIT, USER):
        path = _below(root, place)
        _refuse_foreign(path)
        try:
            path.unlink()
        except FileNotFoundError:
            continue
        except OSError as error:
            raise ServiceError(
                f"{path} can't be removed ({error.strerror}); run this with sudo."
            ) from error
        removed.append(path)
    return removed


def next_steps(program: Sequence[str], flags: Sequence[str] = ()) -> str:
    """Say what remains to be done by hand."""
    as_user = "sudo -u scanner-kiosk SCANNER_HOME=/var/lib/scanner-kiosk SCANNER_KEYSTORE=file"
    words = "".join(f" {shlex.quote(word)}" for word in flags)
    return _NEXT.format(as_user=as_user, program=shlex.join(program), flags=words)


def _exec(words: Sequence[str]) -> str:
    """Write a command line as a unit takes it (systemd.service(5), COMMAND LINES)."""
    return " ".join(_quoted(word) for word in words)


def _quoted(word: str) -> str:
    if not word.isprintable():
        raise ServiceError(f"The option {word!r} has characters that no service file can hold.")
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"' if not escaped or set(escaped) & set(" \t;'\"\\") else escaped


def _below(root: Path, place: PurePosixPath) -> Path:
    return root / place.relative_to("/")


def _refuse_foreign(path: Path) -> None:
    try:
        if not path.read_text("utf-8", "replace").startswith(MARK):
            raise ServiceError(f"{path} was not written by this program; move it away first.")
    except FileNotFoundError:
        return
    except OSError as error:
        raise ServiceError(
            f"{path} can't be read ({error.strerror}); run this with sudo."
        ) from error
