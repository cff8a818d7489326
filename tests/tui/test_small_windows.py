"""What a window shows that is too small for the screens."""

import pytest

from scanner.tui.gate.app import GateApp
from scanner.tui.training.screen import TrainingHelp
from tests.tui.ports import SERIAL, Stand
from tests.tui.seen import resized, seen, settled
from tests.tui.training.one_screen import OneScreen

NEEDS = "Needs 80×24 characters; this window has {}."  # noqa: RUF001 - the sign for "by"


def words(app: GateApp) -> str:
    app.gate.look()
    return " ".join(seen(app).split())


async def test_it_says_what_is_needed_and_still_judges(stand: Stand) -> None:
    app = stand.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("t")
        await settled(app, pilot)
        assert "Needs" not in seen(app)

        await resized(app, pilot, 60, 18)
        stand.source.see(SERIAL)
        await settled(app, pilot)
        assert NEEDS.format("60×18") in words(app)  # noqa: RUF001
        assert "✓ ADMITTED ✓ Valid ticket Let the patron in." in words(app)
        assert "Arrivals" not in words(app)

        await pilot.press("escape")
        for wide, high in ((79, 30), (80, 23), (60, 18), (40, 12), (30, 8)):
            await resized(app, pilot, wide, high)
            assert f"has {wide}×{high}." in words(app).replace("▲ ", "")  # noqa: RUF001
            assert "Valid ticket" in words(app)

        await pilot.press("t")
        await resized(app, pilot, 80, 24)
        assert "Arrivals" in words(app)
        await pilot.press("escape")
        await settled(app, pilot)
        assert "Needs" not in words(app)


async def test_a_multiplexers_line_covers_nothing(stand: Stand) -> None:
    app = stand.app()
    async with app.run_test(size=(80, 23)) as pilot:
        await pilot.press("t")
        await settled(app, pilot)
        assert "Arrivals" in seen(app)


async def test_a_browsers_page_is_shown_as_it_is(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(GateApp, "is_web", True)
    app = stand.app()
    async with app.run_test(size=(40, 40)) as pilot:
        await settled(app, pilot)
        assert "Needs" not in words(app)
        await pilot.press("t")
        await settled(app, pilot)
        assert "Sections" in seen(app)
        assert "Needs" not in seen(app)


async def test_training_says_it_too() -> None:
    app = OneScreen(TrainingHelp())
    async with app.run_test(size=(60, 18)) as pilot:
        await pilot.pause()
        assert NEEDS.format("60×18") in seen(app)  # noqa: RUF001
