"""The step that asks whether this gate belongs to a venue that was found here."""

import asyncio
from collections.abc import Sequence

from textual.app import ComposeResult
from textual.events import Paste
from textual.widgets import Button, Input

from scanner.errors import ScannerError
from scanner.tui.wizard.answers import Answers, Place, Setup
from scanner.tui.wizard.step import LookingStep, Preview, explanation, label
from scanner.wording.catalogue import say
from scanner.wording.plain import plain
from scanner.wording.sentences import sentence

_LONGEST_INVITATION = 8000
"""Characters; one for gates has about a thousand."""

_MARK = "SCANNER-"


class InvitationLine(Input):
    """Takes an invitation that is pasted whole, however its letters are broken into lines."""

    def on_paste(self, event: Paste) -> None:
        """Put its lines together; what is none is pasted as ever."""
        if _MARK in event.text:
            event.prevent_default()
            event.stop()
            self.value = "".join(event.text.split())
            self.cursor_position = len(self.value)


class VenueStep(LookingStep):
    """A line for the invitation, the camera on F2, and a way on without a venue.

    Args:
        answers: those so far; the device's name is the gate's name in the venue.
        setup: joins it.
        found: the names of the venues that are here.

    Attributes:
        joined: whether it was joined.
    """

    place = Place.VENUE

    def __init__(self, answers: Answers, setup: Setup, found: Sequence[str]) -> None:
        super().__init__(answers, setup)
        self._found = found
        self._joining = False
        self.joined = False

    def title(self) -> str:
        """Return the step's title."""
        return say("Venue")

    def compose(self) -> ComposeResult:
        """Say what was found, and ask for the invitation."""
        names = ", ".join(plain(each, 40) for each in self._found)
        yield explanation(say("Found here: {names}. Is this one of its gates?", names=names))
        yield explanation(
            say(
                "The gates of a venue agree on every ticket, without the internet. To join, type "
                "the name of the invitation's file, paste its text, or press F2 and hold its QR in "
                "front of the camera."
            )
        )
        yield label(say("Invitation"))
        yield InvitationLine(placeholder="Arena.join", max_length=_LONGEST_INVITATION)
        yield Button(say("No, this gate decides alone"), classes="unseen")
        yield self.problem
        yield Preview()

    def on_mount(self) -> None:
        """Focus the line."""
        self.query_one(Input).focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Join by what was typed."""
        if event.value.strip():
            self.take(event.value)
        else:
            self.query_one(Button).focus()

    def on_button_pressed(self) -> None:
        """Go on without a venue."""
        self.leave()
        self.post_message(self.Answered(self.answers))

    def take(self, text: str) -> None:
        """Join by an invitation's text, or by the name of its file."""
        if self._joining:
            return
        self._joining = True
        self.leave()  # the code may still be in view
        self.complain(say("Joining …"))
        self.run_worker(self._join(text), exclusive=True, exit_on_error=False)

    async def _join(self, text: str) -> None:
        try:
            name = await asyncio.to_thread(self.setup.join_venue, text, self.answers.device)
        except ScannerError as error:
            self.complain(sentence(error.fact))
            self.query_one(Input).focus()
            return
        finally:
            self._joining = False
        self.joined = True
        self.app.notify(say("This is a gate of {name} from now on.", name=plain(name, 40)))
        self.post_message(self.Answered(self.answers))
