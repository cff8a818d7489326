import numpy as np
import pytest

from scanner.qr.decoder import Decoder
from scanner.stage.ticket_art import CODE_SIDE, Medium, TicketArt, code_modules, draw_ticket

SERIAL = "DAWIER-BACK75580348"


def drawn(medium: Medium, payload: str = SERIAL, seed: int = 1, light: float = 1.0) -> TicketArt:
    return draw_ticket(payload, medium, np.random.default_rng(seed), light)


@pytest.mark.parametrize("medium", Medium)
@pytest.mark.parametrize(
    "payload", [SERIAL, "0" * 64, "https://example.org/" + "t" * 40, "a name, a place; " * 8]
)
def test_a_drawn_ticket_says_its_payload(medium: Medium, payload: str) -> None:
    assert Decoder().decode(drawn(medium, payload).pixels).texts == (payload,)


@pytest.mark.parametrize("medium", Medium)
def test_a_dimmed_ticket_is_darker_and_still_read(medium: Medium) -> None:
    bright, dim = drawn(medium), drawn(medium, light=0.4)
    assert dim.pixels[: dim.height].mean() < bright.pixels[: bright.height].mean()
    assert Decoder().decode(dim.pixels).texts == (SERIAL,)


def test_dark_mode_shows_the_code_light_on_dark() -> None:
    def middle(medium: Medium) -> float:
        art = drawn(medium)
        x, y = (int(value) for value in art.centre)
        return float(art.pixels[y - 180 : y + 130, x - CODE_SIDE // 2 + 8 : x - 140].mean())

    assert middle(Medium.DARK_PHONE) < 60
    assert middle(Medium.PHONE) > 190


def test_the_same_seed_draws_the_same_ticket() -> None:
    for medium in Medium:
        assert np.array_equal(drawn(medium).pixels, drawn(medium).pixels)
        assert not np.array_equal(drawn(medium).pixels, drawn(medium, seed=2).pixels)


def test_past_the_ticket_and_the_hand_one_sees_through() -> None:
    for medium in Medium:
        art = drawn(medium)
        assert art.mask.shape == art.pixels.shape[:2]
        x, y = (int(value) for value in art.centre)
        assert art.mask[y, x] == 255
        assert art.mask[0, 0] == 0


def test_a_serials_code_is_a_version_one_symbol() -> None:
    assert code_modules(SERIAL).shape == (21, 21)
    assert code_modules("https://example.org/" + "t" * 40).shape == (33, 33)
