import pytest

from scanner.bench import pretix


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
