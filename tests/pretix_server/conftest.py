"""One pretix for all tests of a process, and an evening of its own for each."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest

from tests.pretix_server.filling import Evening, Organiser
from tests.pretix_server.installing import Installed, installed
from tests.pretix_server.raw_device import RawDevice
from tests.pretix_server.serving import (
    Server,
    postgresql_programs,
    postgresql_server,
    sqlite_server,
)

_NUMBERS = count(1)
_HERE = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip, in words, what starts a pretix unless that was asked for."""
    unasked = pytest.mark.skip(reason="a real pretix is started only by scripts/test --pretix")
    for item in items:
        if _HERE in item.path.parents:
            item.add_marker(pytest.mark.pretix)
            if not config.getoption("--pretix"):
                item.add_marker(unasked)


@pytest.fixture(scope="session")
def pretix() -> Installed:
    return installed()


@pytest.fixture(scope="session")
def server(pretix: Installed) -> Iterator[Server]:
    folder = Path(tempfile.mkdtemp(prefix="pretix-"))
    try:
        with sqlite_server(pretix, folder / "served") as started:
            yield started
    finally:
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def organiser(server: Server) -> Iterator[Organiser]:
    founded = Organiser.found(server.url, "house")
    yield founded
    founded.close()


@pytest.fixture(scope="session")
def postgresql_organiser(pretix: Installed) -> Iterator[Organiser]:
    """An organiser of a pretix that takes many calls at once."""
    programs = postgresql_programs()
    if programs is None:
        pytest.skip("PostgreSQL's server is not installed (Debian, Ubuntu: apt install postgresql)")
    if os.getuid() == 0:
        pytest.skip("PostgreSQL does not run as root: run this as an ordinary user")
    folder = Path(tempfile.mkdtemp(prefix="pretix-"))
    try:
        with postgresql_server(pretix, programs, folder / "served") as started:
            founded = Organiser.found(started.url, "house")
            yield founded
            founded.close()
    finally:
        shutil.rmtree(folder)


@dataclass(frozen=True)
class House:
    """An evening with three products and a list of all of them."""

    evening: Evening
    floor: int
    balcony: int
    lounge: int
    everybody: int


@pytest.fixture
def house(organiser: Organiser) -> House:
    return built(organiser)


def built(organiser: Organiser) -> House:
    """Make a new evening of three products."""
    evening = organiser.evening(f"evening-{next(_NUMBERS)}")
    floor, balcony, lounge = map(evening.item, ("Floor", "Balcony", "Lounge"))
    evening.quota([floor, balcony, lounge])
    return House(evening, floor, balcony, lounge, evening.check_in_list("Everybody"))


@pytest.fixture
def device(house: House) -> Iterator[Callable[[], RawDevice]]:
    """Makes devices, each with a name of its own."""
    with ExitStack() as opened:

        def make() -> RawDevice:
            made = house.evening.organiser.device(f"gate {next(_NUMBERS):04d}")
            raw = RawDevice.initialised(house.evening, made)
            opened.callback(raw.api.close)
            return raw

        yield make
