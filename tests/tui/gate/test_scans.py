"""What was scanned stays in sight: over a restart, in one list, by verdict; and a muted gate."""

from dataclasses import replace

from scanner.admission.verdict import Kind
from scanner.tui.gate.scans import ScansScreen
from scanner.tui.gate.search import TicketScreen
from tests.tui.ports import FOUND, SCANS, SERIAL, VERDICTS, VIEWS, Stand
from tests.tui.seen import seen, settled

SMALL = (80, 24)


async def test_scans_of_before_a_restart_are_there_and_all_are_listed_by_verdict(
    stand: Stand,
) -> None:
    stand.records.scanned = SCANS
    app = stand.app()
    async with app.run_test(size=SMALL) as pilot:
        await settled(app, pilot)
        assert "21:03:07  → WRONG SECTION" in seen(app)  # refused, and of before this start
        assert "UNKNOWN" not in seen(app)  # another day's, whose date the list has no room for
        stand.judge.verdict = VERDICTS[Kind.WITHDRAWN]
        stand.source.see(SERIAL)
        await settled(app, pilot)
        rows = seen(app).splitlines()
        newest = next(place for place, row in enumerate(rows) if "21:04:07  ✗ WITHDRAWN" in row)
        assert "21:04:07  ✓ ADMITTED" in rows[newest + 1]

        await pilot.press("v")
        await settled(app, pilot)
        assert isinstance(app.screen, ScansScreen)
        assert "Scans: all · 5 scans" in seen(app)
        assert "2026-06-11 21:04:07  ? UNKNOWN" in seen(app)
        await pilot.press("f")
        await settled(app, pilot)
        assert "Scans: those kept out · 3 scans" in seen(app)
        assert "ADMITTED  DAWIER" not in seen(app)
        assert "This ticket is for VIP Lounge. Send the patron to VIP Lounge." in seen(app)
        await pilot.press("f")
        await settled(app, pilot)
        assert "Scans: those let in · 2 scans" in seen(app)
        await pilot.press("f", "f")
        await settled(app, pilot)
        assert "Scans: WRONG SECTION · 1 scan" in seen(app)
        await pilot.press("enter")
        await settled(app, pilot)
        assert "This gate knows no ticket of this scan." in seen(app)
        stand.records.views = [replace(VIEWS[0], found=replace(FOUND[0], serial=SERIAL))]
        await pilot.press("enter")
        await settled(app, pilot)
        assert isinstance(app.screen, TicketScreen)
        assert "l Let in" not in seen(app)  # looked at only


async def test_a_muted_gate_says_so_all_the_time_and_its_keys_are_all_in_the_row(
    stand: Stand,
) -> None:
    stand.open_with = lambda _code, _other: (_ for _ in ()).throw(AssertionError)
    app = stand.app()
    async with app.run_test(size=SMALL) as pilot:
        await settled(app, pilot)
        assert "MUTED" not in seen(app)
        assert " u Look up " in seen(app)
        assert " k Token " in seen(app)
        await pilot.press("m")
        await settled(app, pilot)
        assert "MUTED" in seen(app)
        stand.source.see(SERIAL)
        await settled(app, pilot)
        assert "MUTED" in seen(app)
        await pilot.press("m")
        await settled(app, pilot)
        assert "MUTED" not in seen(app)
