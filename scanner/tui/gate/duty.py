"""A change of shift: another guard, token or event, camera or hand scanner, without a new start."""

import asyncio
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from scanner.errors import ScannerError
from scanner.sync.status import Status
from scanner.tui.drawing.poster import Poster, sections
from scanner.tui.gate.modal import Modal, Question
from scanner.tui.ports import OpenWith, Readers, Records
from scanner.tui.presenter import CodeReader
from scanner.tui.widgets.key_line import KeyLine
from scanner.tui.wizard.answers import LONGEST_NAME
from scanner.wording.catalogue import say
from scanner.wording.plain import plain
from scanner.wording.sentences import sentence

if TYPE_CHECKING:
    from scanner.sync.opening import Opened

AUTO, NONE = "auto", "none"
"""Of the settings: whatever hand scanner is plugged in, and no camera or hand scanner."""


class Shift:
    """What can be changed at an open gate; what is changed is kept for the next start.

    Args:
        records: has the journal, which notes each change; without it, nothing can be changed.
        reader: reads codes now.
        readers: the cameras and hand scanners that there are; without it, they stay.
        scanner: the hand scanner of the settings.
        keep: saves a setting.
        open_with: opens the gate with another token; without it, the token stays.
    """

    def __init__(
        self,
        records: Records | None,
        reader: CodeReader,
        readers: Readers | None,
        *,
        scanner: str,
        keep: Callable[[str, str], object],
        open_with: OpenWith | None,
    ) -> None:
        self.records = records
        self.readers = readers
        self.open_with = open_with
        self.scanner = scanner
        self.camera: str | None = None
        self._reader = reader
        self._keep = keep

    @property
    def takes_scans(self) -> bool:
        """Tell whether what a hand scanner types is judged."""
        return self.scanner != NONE

    async def reopen(self, code: str, *, other_event: bool = False) -> "Opened":
        """Open the gate with another token.

        Raises:
            ScannerError: as `OpenWith`.
        """
        if self.open_with is None:
            raise LookupError(code)
        return await asyncio.to_thread(self.open_with, code, other_event)

    async def choices(self) -> tuple[Mapping[str, str], Mapping[str, str]]:
        """Return the cameras and the hand scanners to choose from: their names, by the settings."""
        if self.readers is None:
            return {}, {}
        if self.camera is None:
            self.camera = await asyncio.to_thread(self.readers.camera)
        cameras = dict(await asyncio.to_thread(self.readers.cameras))
        cameras.setdefault(NONE, say("no camera"))
        cameras.setdefault(self.camera, self.camera)
        plugged_in = await asyncio.to_thread(self.readers.scanners)
        scanners = {AUTO: say("whatever is plugged in"), **plugged_in}
        scanners.setdefault(NONE, say("no hand scanner"))
        scanners.setdefault(self.scanner, self.scanner)
        return cameras, scanners

    async def read_with(self, camera: str, scanner: str) -> None:
        """Read codes with this camera and this hand scanner from now on.

        Raises:
            ScannerError: the camera can't be read, or it could not be noted.
        """
        if self.records is None or self.readers is None:
            return
        source = await asyncio.to_thread(self.readers.source, camera, scanner)
        await self._reader.replace(source)
        for name, before, now in (
            ("camera", self.camera, camera),
            ("scanner", self.scanner, scanner),
        ):
            if before != now:
                self._keep(name, now)
        self.camera, self.scanner = camera, scanner
        await asyncio.to_thread(self.records.note_readers, camera, scanner)


class DutyScreen(Modal):
    """One line each: guard, token and event, camera, hand scanner.

    Args:
        shift: makes the changes.
        shown: returns what the gate's screen shows now.
        status: the gate's state.
        ask: opens the question for another guard, or another token.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,enter,space", "turn(1)", "Change", key_display="→", priority=True),
        Binding("left", "turn(-1)", "Previous", key_display="←", priority=True),
    ]
    DEFAULT_CSS: ClassVar[str] = """
    DutyScreen OptionList { height: 1fr; border: none; background: $surface; }
    """

    def __init__(
        self,
        shift: Shift,
        shown: Callable[[], Poster],
        status: Callable[[], Status],
        ask: Callable[[str], None],
    ) -> None:
        super().__init__(shown)
        self._shift = shift
        self._status = status
        self._ask = ask
        self._cameras: Mapping[str, str] = {}
        self._scanners: Mapping[str, str] = {}
        self._busy = False

    def body(self) -> list[Widget]:
        """Return the list."""
        return [OptionList()]

    def on_mount(self) -> None:
        """Follow what the questions above it change."""
        self.set_interval(0.5, self.look)

    def populate(self) -> None:
        """Mark the first line, and look for cameras and scanners."""
        super().populate()
        self.entitle(say("On duty"))
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options(Option(self._line(each), id=each) for each in self._lines())
        self.set_focus(options)
        options.highlighted = 0
        self.run_worker(self._find(), exit_on_error=False)

    def look(self) -> None:
        """Show what is so now."""
        options = self.query_one(OptionList)
        for each in self._lines() if self in self.app.screen_stack else ():
            line = self._line(each)
            if options.get_option(each).prompt != line:
                options.replace_option_prompt(each, line)

    def on_option_list_option_selected(self) -> None:
        """Change what was clicked."""
        self.action_turn(1)

    def action_turn(self, steps: int) -> None:
        """Ask for another guard or token; read with the next camera or hand scanner."""
        options = self.query_one(OptionList)
        name = options.highlighted_option.id if options.highlighted_option else None
        if name in ("guard", "token"):
            self._ask(name)
        elif name and not self._busy:
            camera, scanner = self._shift.camera or NONE, self._shift.scanner
            if name == "camera":
                camera = _next(self._cameras, camera, steps)
            else:
                scanner = _next(self._scanners, scanner, steps)
            self._busy = True
            self.run_worker(self._read_with(camera, scanner), exit_on_error=False)

    async def _find(self) -> None:
        self._cameras, self._scanners = await self._shift.choices()
        self.look()

    async def _read_with(self, camera: str, scanner: str) -> None:
        try:
            await self._shift.read_with(camera, scanner)
        except ScannerError as error:
            self.say(sentence(error.fact))
            return
        finally:
            self._busy = False
        self.look()
        self.say(say("Saved."))
        self.app.refresh_bindings()

    def _lines(self) -> list[str]:
        return [
            "guard",
            *(["token"] if self._shift.open_with else []),
            *(["camera", "scanner"] if self._shift.readers else []),
        ]

    def _line(self, name: str) -> Content:
        status, shift = self._status(), self._shift
        camera = shift.camera or ""
        title, value = {
            "guard": (say("Guard"), f"{plain(status.name, 40)} ▸"),
            "token": (
                say("Opened for"),
                f"{plain(status.title, 40)} · {plain(sections(status), 60)} ▸",
            ),
            "camera": (say("Camera"), f"◂ {plain(self._cameras.get(camera, camera), 60)} ▸"),
            "scanner": (
                say("Hand scanner"),
                f"◂ {plain(self._scanners.get(shift.scanner, shift.scanner), 60)} ▸",
            ),
        }[name]
        return Content.assemble((f" {title:<20}", ""), (value, "bold"))


def _next(choices: Mapping[str, str], now: str, steps: int) -> str:
    """Return the choice that many places further, round and round."""
    found = list(choices) or [now]
    return found[((found.index(now) if now in found else 0) + steps) % len(found)]


class GuardScreen(Question):
    """Asks who stands at the gate from now on.

    Args:
        records: notes it.
        tell: says a sentence on the gate's screen.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "take_over", "Take over", priority=True),
        Binding("escape", "leave", "Back", key_display="Esc"),
    ]

    def __init__(self, records: Records, tell: Callable[[str], None]) -> None:
        super().__init__()
        self._records = records
        self._tell = tell

    def compose(self) -> ComposeResult:
        """Ask for the name."""
        with Vertical() as box:
            box.border_title = say("Who stands here from now on?")
            yield Static(
                say("The name goes with every admission from now on; those before keep theirs."),
                markup=False,
            )
            yield Input(placeholder=say("Your name"), max_length=LONGEST_NAME)
            yield Static("", id="said", markup=False)
        yield KeyLine()

    def populate(self) -> None:
        """Await the name."""
        self.say("")
        self.set_focus(self.query_one(Input))

    def action_take_over(self) -> None:
        """Let the guard of that name take over."""
        self.run_worker(self._change(self.query_one(Input).value), exit_on_error=False)

    async def _change(self, name: str) -> None:
        if not plain(name):
            self.say(say("Type your name."))
            return
        try:
            await asyncio.to_thread(self._records.change_guard, name)
        except ScannerError as error:
            self.say(sentence(error.fact))
            return
        self._tell(say("{name} is on duty.", name=plain(name, LONGEST_NAME)))
        if self.is_current:
            self.dismiss()
