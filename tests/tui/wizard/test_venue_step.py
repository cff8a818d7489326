"""The question whether there is a venue here: asked where one was found, and nowhere else."""

from typing import Any

from textual.events import Paste
from textual.pilot import Pilot

from scanner.tui.wizard.answers import Place
from scanner.tui.wizard.app import WizardApp
from scanner.venue.errors import Unfit, VenueFault
from tests.tui.wizard.setups import FakeSetup
from tests.tui.wizard.test_wizard_app import PROPOSED, TITLES, at, seen, until

TITLES["Venue"] = "Venue"
INVITATION = "SCANNER-VENUE-1:MNQHKLCK\nZVFWJYDY."


async def to_venue(pilot: Pilot[Any], app: WizardApp) -> None:
    await at(pilot, app, "Supervisor")
    await until(pilot, lambda: app._venues)  # the search goes on beside the first steps
    await pilot.press("enter")
    await at(pilot, app, "Venue")


async def test_a_venue_that_is_here_is_joined_by_a_pasted_invitation() -> None:
    setup = FakeSetup(venues_there=("Arena", "Hall 2"))
    setup.wrong[Place.VENUE] = Unfit(VenueFault.DAMAGED_INVITATION)
    app = WizardApp(setup, PROPOSED, lambda text: text, Place.SUPERVISOR)
    async with app.run_test(size=(80, 24)) as pilot:
        await to_venue(pilot, app)
        assert "7 of 8 · Venue" in seen(app)
        assert "Found here: Arena, Hall 2." in seen(app)
        app.post_message(Paste(INVITATION))
        await pilot.pause()
        await pilot.press("enter")
        await until(pilot, lambda: "This invitation is damaged" in seen(app))
        del setup.wrong[Place.VENUE]
        await pilot.press("enter")
        await at(pilot, app, "Tickets")
        assert setup.joined == [("SCANNER-VENUE-1:MNQHKLCKZVFWJYDY.", PROPOSED.device)]
        await pilot.press("escape")
        await at(pilot, app, "Supervisor")


async def test_a_venues_qr_is_shown_to_the_camera_or_the_gate_stays_alone() -> None:
    setup = FakeSetup(venues_there=("Arena",))
    app = WizardApp(setup, PROPOSED, place=Place.SUPERVISOR)
    async with app.run_test(size=(80, 24)) as pilot:
        await to_venue(pilot, app)
        await pilot.press("enter", "enter")  # nothing is typed: on to the button
        await at(pilot, app, "Tickets")
        await pilot.press("escape")
        await at(pilot, app, "Venue")
        await pilot.press("f2")
        setup.sources[-1].see(INVITATION)
        await at(pilot, app, "Tickets")
    assert setup.joined == [(INVITATION, PROPOSED.device)]
    assert {place for _, place in setup.remembered} >= {Place.SUPERVISOR, Place.TICKETS}
    assert Place.VENUE not in {place for _, place in setup.remembered}
