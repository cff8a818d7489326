"""A disk of a few MB that is all but full, which only the processes of one test see."""

import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

from tests.cli.program import Program

OF_ITS_OWN = ("unshare", "--map-root-user", "--mount")
NOT_MOUNTED = 77

_FILL = f"""
import shutil, subprocess, sys
from pathlib import Path
source, disk, megabytes, free = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])
if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={{megabytes}}m", "tmpfs", disk]).returncode:
    sys.exit({NOT_MOUNTED})
for each in source.glob("gate*"):
    shutil.copy(each, disk)
(disk / "ballast").write_bytes(bytes(shutil.disk_usage(disk).free - free * 1024))
"""
_LIST = "import os, sys; print(*sorted(os.listdir(sys.argv[1])))"
_MAKE_ROOM = "import os, sys; os.unlink(sys.argv[1] + '/ballast')"


class SmallDisk(Program):
    """A program whose data folder is on such a disk."""

    def names(self) -> str:
        """Return what is on it."""
        return self.run_python("-c", _LIST, str(self.home)).stdout.decode()

    def make_room(self) -> None:
        assert self.run_python("-c", _MAKE_ROOM, str(self.home)).returncode == 0


def small_disk(folder: Path, source: Path, megabytes: int, free: int) -> SmallDisk:
    """Mount one at a folder, with another's databases and so many KiB of room; or skip."""
    if not _can_be_alone():
        pytest.skip("a small disk needs unshare")
    folder.mkdir(exist_ok=True)
    made = SmallDisk(folder, within=OF_ITS_OWN)
    words = (str(source), str(folder), str(megabytes), str(free))
    filled = made.run_python("-c", _FILL, *words)
    if filled.returncode == NOT_MOUNTED:
        pytest.skip(f"this machine mounts no small disk: {filled.stderr.decode()}")
    assert filled.returncode == 0, filled.stderr
    return made


@cache
def _can_be_alone() -> bool:
    words = [*OF_ITS_OWN, "true"]
    return bool(shutil.which("unshare")) and subprocess.run(words, check=False).returncode == 0
