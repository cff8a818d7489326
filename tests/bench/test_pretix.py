from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from scanner.bench import pretix
from scanner.demo.pretix_world import PretixAccess
from scanner.store.database import open_database
from tests.pretix.stand_in import standing_in
from tests.simulation.pretix.served import TEAM_TOKEN, ServedPretix


@pytest.mark.parametrize(
    ("bare", "ours", "share", "reached"),
    [
        ([4.0, 4.0, 9.0], [5.0, 5.0, 1.0], "80%", True),
        ([1.0, 1.0, 1.0], [4.0, 4.0, 4.0], "25%", False),
        ([5.0, 5.0, 5.0], [4.0, 4.0, 4.0], "100%", True),
    ],
)
def test_a_figure_names_the_servers_share_of_the_gates_time(
    bare: list[float], ours: list[float], share: str, reached: bool
) -> None:
    timed = pretix._Timed(20, ours, bare)
    figure = pretix._figure("first sync", "tickets/s", timed, pretix.SYNC_SHARE)
    assert figure.what == f"first sync, whose own answers take {share} of the time"
    assert figure.reached is reached
    assert figure.work == 20


@pytest.fixture
def access() -> Iterator[PretixAccess]:
    with standing_in(ServedPretix()) as served:
        yield PretixAccess.read(f"{served.url}/house", TEAM_TOKEN)


def test_a_first_sync_and_the_bare_calls_ask_for_the_same(
    access: PretixAccess, tmp_path: Path
) -> None:
    (figure,) = pretix.measure_ingest(tmp_path, access, 20)
    assert (figure.work, figure.unit) == (20, "tickets/s")
    assert figure.floor


def test_what_was_timed_at_pretix_was_confirmed(access: PretixAccess, tmp_path: Path) -> None:
    (figure,) = pretix.measure_replay(tmp_path, access, 10)
    assert (figure.work, figure.unit) == (10, "admissions/s")
    with closing(open_database(tmp_path / "replay.sqlite3")) as conn:
        states = conn.execute("SELECT state, count(*) FROM admitted GROUP BY state").fetchall()
    assert states == [("confirmed", 3 * 10)]  # in three rounds
