"""The statistics' screen: what it counts, and how much of it is shown at once."""

import re
import threading
from dataclasses import replace

import pytest
from textual.containers import Grid

from scanner.store.statistics import Evening
from scanner.tui.drawing.evening_plots import outlook
from tests.tui.ports import Stand
from tests.tui.seen import seen, settled

SMALL = (80, 24)


async def test_statistics_show_one_plot_after_another_where_there_is_no_room_for_all(
    stand: Stand,
) -> None:
    stand.preferences = replace(stand.preferences, language="de")
    app = stand.app()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("t")
        await settled(app, pilot)
        pages = [seen(app)]
        for _ in range(3):
            await pilot.press("right")
            await settled(app, pilot)
            pages.append(seen(app))
        await pilot.press("right", "left", "left")
        await settled(app, pilot)
        assert seen(app) == pages[2]
    sections, arrivals, gates, refused = pages
    for page in pages:
        assert "28.800 drin · 2.883 kommen noch" in page
        assert "4,2 s je Gast hier" in page
        assert "→ Weiter" in page
    assert re.search(r"Balcony +▖▁+ +3 +1.333 +1.330 +1.500", sections)
    assert re.search(r"Floor +▄+▖?▁ +28.487 +30.000 +1.513 +30.000", sections)
    assert "█ dieses Tor  ▒ andere Tore  ░ erwartet" in arrivals
    assert re.search(r"▸ gate-a +▄+▁+ +1.206 +21:03", gates)
    assert re.search(r"An anderem Tor eingelassen +▄+ +41", refused)
    assert "64 von 1.270 Scans hier" in refused


async def test_statistics_show_all_plots_where_there_is_room(stand: Stand) -> None:
    app = stand.app()
    async with app.run_test(size=(124, 32)) as pilot:
        await pilot.press("t")
        await settled(app, pilot)
        text = seen(app)
    assert "28,800 inside · 2,883 to come · about 1,887 of them by 21:25" in text
    for words in ("▸ Floor", "▸ gate-a", "░ expected", "Not on the list"):
        assert words in text


async def test_statistics_are_there_before_their_plots_are(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = threading.Event()
    evening = stand.records.evening

    def count() -> Evening:
        counted.wait(10)
        return evening()

    monkeypatch.setattr(stand.records, "evening", count)
    app = stand.app()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("t")
        try:
            assert "Statistics" in seen(app)
            assert not app.screen.query_one(Grid).display
        finally:
            counted.set()
        await settled(app, pilot)
        assert app.screen.query_one(Grid).display


def test_who_left_and_the_exits_counted_here_are_told_only_where_there_are_any() -> None:
    quiet, left = Evening(inside=9), Evening(inside=6, left=3, exits=1)
    assert "went out" not in outlook(quiet, None).plain
    assert "counted here" not in outlook(quiet, None).plain
    assert "6 inside · 0 to come · 3 went out · 1 exit counted here" in outlook(left, None).plain
