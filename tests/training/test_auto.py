"""Scenarios played on the training gate, with its own server and decoder."""

from pathlib import Path

import pytest

from scanner.qr.decoder import Decoder
from scanner.training.auto import play
from scanner.training.crowd import draw_line
from scanner.training.picture import draw_patron
from scanner.training.records import read_library
from scanner.training.role import Role
from scanner.training.scenario import Scenario

SHIPPED = read_library(Path("/nowhere")).scenarios


@pytest.mark.parametrize("played", SHIPPED[:14], ids=lambda each: each.key)
async def test_the_perfect_robot_is_right_about_everybody_at_a_gate_that_reads_every_picture(
    played: Scenario, tmp_path: Path
) -> None:
    run = await play(played, 1, "perfect", tmp_path / "training")
    assert run.score.percent == 100
    assert run.score.patrons == played.patrons
    assert run.unread == 0
    assert run.not_due == ()
    assert run.mistakes == ()
    assert run.score.procedure_of == len(
        [i for i in played.incidents if "back" not in i.what and i.what != "network_up"]
    )


async def test_the_same_seed_gives_the_same_score_and_a_careless_robot_loses(
    tmp_path: Path,
) -> None:
    first = await play(SHIPPED[0], 5, "careless", tmp_path)
    second = await play(SHIPPED[0], 5, "careless", tmp_path)
    assert first.as_dict() == second.as_dict()
    assert first.score.loss > 0
    assert len(first.mistakes) >= first.score.wrongly_let_in > 0
    assert abs(first.score.loss - first.expected_loss) < 4
    assert {"did", "right", "why"} <= set(first.as_dict()["mistakes"][0])  # type: ignore[index] # JSON


def test_the_first_hours_pictures_are_all_read_by_the_gates_own_decoder() -> None:
    decoder = Decoder()
    payload = "https://example.org/t/DAWIER-BACK75580348?src=mail"
    for patron in draw_line(SHIPPED[14], 2):
        picture = draw_patron(patron, payload)
        texts = decoder.decode(picture).texts
        assert texts == (() if patron.role is Role.DEAD_BATTERY else (payload,)), patron


def test_a_patron_looks_the_same_each_time_and_unlike_the_next() -> None:
    one, two, *_ = draw_line(SHIPPED[0], 1)
    assert (draw_patron(one, "x") == draw_patron(one, "x")).all()
    assert (draw_patron(one, "x") != draw_patron(two, "x")).any()
