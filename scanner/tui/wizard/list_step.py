"""The step that chooses the event and the check-in list that a device of a pretix is for."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

import structlog
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import OptionList, Static

from scanner.desk.device_setup import cautions
from scanner.errors import ScannerError
from scanner.facts import Fact
from scanner.tui.wizard.answers import Answers, Place, Setup
from scanner.tui.wizard.step import Step, explanation, unexpected
from scanner.wording.catalogue import say, say_count
from scanner.wording.plain import plain
from scanner.wording.sentences import sentence

if TYPE_CHECKING:
    from scanner.pretix.choices import EventChoice, ListChoice

_DIGITS = "123456789"


class ListStep(Step):
    """The events, where there are several, then the lists of the one that is chosen."""

    place = Place.CODE
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f5", "again", "Read again", key_display="F5"),
        *(Binding(each, f"point({each})", show=False) for each in _DIGITS),
    ]
    DEFAULT_CSS: ClassVar[str] = """
    ListStep { padding: 0 3; }
    ListStep OptionList { height: auto; max-height: 7; }
    ListStep #caution { height: auto; color: $warning; }
    """

    def __init__(self, answers: Answers, setup: Setup) -> None:
        super().__init__(answers, setup)
        self._events: Sequence[EventChoice] = ()
        self._event: EventChoice | None = None
        self._warning: Fact | None = None

    def title(self) -> str:
        """Return the step's title."""
        return say("Check-in list")

    def compose(self) -> ComposeResult:
        """Ask for one of several."""
        yield explanation(
            say("What is this gate for? Arrow keys or a digit choose, Enter goes on.")
        )
        yield Static("", classes="label", id="of", markup=False)
        yield OptionList(markup=False)
        yield Static("", id="caution", markup=False)
        yield self.problem

    def on_mount(self) -> None:
        """Read the events."""
        self.query_one(OptionList).focus()
        self.action_again()

    def action_again(self) -> None:
        """Read what is shown once more."""
        self._read(self._event)

    def action_point(self, number: int) -> None:
        """Move the cursor to the line of that number; Enter chooses it."""
        options = self.query_one(OptionList)
        if number <= options.option_count:
            options.highlighted = number - 1

    def take_back(self) -> bool:
        """Return from the lists to the events, where there are several."""
        if self._event is None or len(self._events) < 2:  # noqa: PLR2004 - several
            return False
        self._show_events()
        return True

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Say what this gate can't judge at that list."""
        found = self._list_at(event.option_index)
        facts = [self._warning] if self._warning else []
        facts += cautions(found) if found else []
        self.query_one("#caution", Static).update(
            "\n".join(f"▲ {sentence(each)}" for each in facts)
        )

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Choose the event, or the list."""
        if self._event is None:
            self._read(self._events[event.option_index])
        elif found := self._list_at(event.option_index):
            code = f"{found.path.event}/{found.path.number}"
            self.post_message(self.Answered(replace(self.answers, code=code)))

    def _read(self, event: "EventChoice | None") -> None:
        self.complain(say("Asking the server …"))
        self.run_worker(self._ask(event), exclusive=True, exit_on_error=False)

    async def _ask(self, event: "EventChoice | None") -> None:
        try:
            if event is None:
                self._events, self._warning = await self.setup.events(self.answers)
                event = self._known()
            if event:
                event = await self.setup.lists_of(self.answers, event)
        except ScannerError as error:
            self.refuse(error)
        except Exception:  # noqa: BLE001 - said on the screen; the detail is in the log
            structlog.get_logger("open").exception("the check-in lists could not be read")
            self.complain(unexpected())
        else:
            self.complain("")
            if event:
                self._show_lists(event)
            else:
                self._show_events()

    def _known(self) -> "EventChoice | None":
        """Return the event that was chosen before, or the only one."""
        slug = self.answers.code.rpartition("/")[0]
        chosen = [each for each in self._events if each.slug == slug]
        if len(chosen) == 1:
            return chosen[0]
        return self._events[0] if len(self._events) == 1 else None

    def _show_events(self) -> None:
        self._event = None
        self._offer(say("Event"), [_event_line(each) for each in self._events], 0)
        if not self._events:
            self.complain(say("pretix shows this device no event; give it one there, then F5."))

    def _show_lists(self, event: "EventChoice") -> None:
        self._event = event
        places = [f"{each.path.event}/{each.path.number}" for each in event.lists]
        at = places.index(self.answers.code) if self.answers.code in places else 0
        heading = say("Check-in list of {event}", event=plain(event.title, 50))
        self._offer(heading, [_list_line(each) for each in event.lists], at)
        if not event.lists:
            self.complain(say("This event has no check-in list; make one in pretix, then F5."))

    def _offer(self, heading: str, lines: Sequence[str], at: int) -> None:
        self.query_one("#of", Static).update(heading)
        self.query_one("#caution", Static).update("")
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options(
            f"{number if number <= len(_DIGITS) else ' '}  {line}"
            for number, line in enumerate(lines, 1)
        )
        options.highlighted = at if lines else None
        options.focus()

    def _list_at(self, index: int) -> "ListChoice | None":
        lists = self._event.lists if self._event else ()
        return lists[index] if index < len(lists) else None


def _event_line(event: "EventChoice") -> str:
    told = [plain(event.title, 44)]
    if event.begins:
        told.append(f"{event.begins.astimezone():%Y-%m-%d %H:%M}")
    if event.testing:
        told.append(say("test mode"))
    elif not event.live:
        told.append(say("shop not open"))
    return " · ".join(told)


def _list_line(found: "ListChoice") -> str:
    told = [plain(found.name, 44)]
    if found.products is not None:
        told.append(say_count("{count} product", "{count} products", found.products))
    if found.takes_unpaid:
        told.append(say("unpaid tickets too"))
    return " · ".join(told)
