from pathlib import Path

from scanner.bench import pretix
from scanner.demo.pretix_world import PretixAccess
from tests.pretix_server.filling import Organiser
from tests.pretix_server.serving import Server

COUNT = 20


def access(server: Server, organiser: Organiser) -> PretixAccess:
    token = organiser.api.headers["Authorization"].partition(" ")[2]
    return PretixAccess.read(f"{server.url}/{organiser.slug}", token)


def test_a_first_sync_and_the_bare_calls_read_the_same_pages(
    server: Server, organiser: Organiser, tmp_path: Path
) -> None:
    (figure,) = pretix.measure_ingest(tmp_path, access(server, organiser), COUNT)
    assert figure.work == COUNT
    assert figure.measured > 0
    assert "of the time" in figure.what


def test_what_was_timed_was_confirmed_by_pretix(
    server: Server, organiser: Organiser, tmp_path: Path
) -> None:
    (figure,) = pretix.measure_replay(tmp_path, access(server, organiser), COUNT)
    assert figure.work == COUNT
    assert figure.counted > 0.3
