"""The base of training's screens, with a banner that nothing is real, and its help."""

from collections.abc import Iterable
from typing import ClassVar, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from scanner.facts import Fact
from scanner.training.answers import Refusal
from scanner.tui.drawing.explained import every_verdict
from scanner.tui.widgets.drawn import Drawn
from scanner.tui.widgets.key_line import ON_BOTH, ONLY_IN_TRAINING, KeyLine, TranslatedScreen
from scanner.wording.catalogue import say, say_count
from scanner.wording.sentences import sentence

T = TypeVar("T")

_STRIPES = "▞"

_ROW_CELLS = 78
"""Width of the narrowest screen, without its padding."""


class Banner(Widget):
    """A band across the top of the screen: words in the middle, stripes beside them."""

    DEFAULT_CSS: ClassVar[str] = """
    Banner {
        dock: top;
        height: 1;
        background: #ff4fd0;
        color: #000000;
        text-style: bold;
        text-wrap: nowrap;
    }
    """

    def render(self) -> Content:
        """Centre the words between stripes."""
        words = say("TRAINING · NOTHING HERE IS REAL")
        room = max(0, self.size.width - len(words) - 2)
        left = room // 2
        return Content(f"{_STRIPES * left} {words} {_STRIPES * (room - left)}")


class TrainingScreen(TranslatedScreen[T]):
    """A screen between banner and key line; subclasses give its `body`."""

    def compose(self) -> ComposeResult:
        """Lay out banner, body and key line."""
        yield Banner()
        yield from self.body()
        yield KeyLine()

    def body(self) -> Iterable[Widget]:
        """Return the widgets between the two."""
        return ()


class TrainingHelp(TrainingScreen[None]):
    """Shows both lists; the clock goes on."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,enter,q", "dismiss", "Back", key_display="Esc"),
    ]
    DEFAULT_CSS: ClassVar[str] = """
    TrainingHelp Static, TrainingHelp Drawn { padding: 0 2; }
    """

    def body(self) -> Iterable[Widget]:
        """Lay out keys and verdicts."""
        heading = Content.styled(say("What the lights mean, and what to do"), "bold")
        keys = Content("\n").join([*_keys(), Content(""), heading])
        yield VerticalScroll(Static(keys), Drawn(every_verdict))


def _keys() -> list[Content]:
    shown = {
        say("What the keys do, here and at a gate"): ON_BOTH,
        say("Keys of training alone; at a gate they do nothing"): ONLY_IN_TRAINING,
    }
    rows = []
    for heading, bindings in shown.items():
        rows.append(Content.styled(heading, "bold"))
        for each in bindings:
            key = say(each.key_display or each.key.partition(",")[0])
            words = say(each.tooltip or each.description)
            rows.append(Content.assemble((f"{key:>8}", "bold $accent"), f"  {words}"))
    return rows


def reason_keys() -> str:
    """List the reasons to turn somebody away, each with its key, in rows that fit."""
    keys = [f"{place} {sentence(Fact(each))}" for place, each in enumerate(Refusal, 1)]
    parts = [say("Turn away, because the ticket is:"), *keys, f"{say('Esc')} {say('back')}"]
    rows = [parts[0]]
    for part in parts[1:]:
        if len(rows[-1]) + 3 + len(part) <= _ROW_CELLS:
            rows[-1] += f"   {part}"
        else:
            rows.append(part)
    return "\n".join(rows)


_MOST_HEADS = 12
_PATIENCE_CELLS = 8
_HURRY = 0.35


class QueueLine(Widget):
    """One row."""

    DEFAULT_CSS: ClassVar[str] = """
    QueueLine {
        height: 1;
        padding: 0 1;
        background: $panel;
        color: $foreground;
        text-wrap: nowrap;
        text-overflow: ellipsis;
    }
    """

    def __init__(self, title: str, patrons: int) -> None:
        super().__init__()
        self._title = title
        self._patrons = patrons
        self._shown: tuple[int, int, int, int | None] = (0, 0, 0, None)

    def show(self, seconds: float, waiting: int, gone: int, patience: float | None) -> None:
        """Show new values; `patience` is the remaining part, 0 to 1."""
        cells = None if patience is None else round(max(0.0, min(1.0, patience)) * _PATIENCE_CELLS)
        shown = (int(seconds), waiting, gone, cells)
        if shown != self._shown:
            self._shown = shown
            self.refresh()

    def render(self) -> Content:
        """Return the line."""
        seconds, waiting, gone, patience = self._shown
        heads = "●" * min(waiting, _MOST_HEADS) + ("+" if waiting > _MOST_HEADS else "")
        served = say("{gone} of {all} served", gone=gone, all=self._patrons)
        queue = say_count("{count} waiting", "{count} waiting", waiting)
        right = Content.assemble(
            (f"{seconds // 60:02}:{seconds % 60:02}", "bold"),
            f"   {served}   {queue} ",
            (heads, "$fair" if waiting > _MOST_HEADS // 2 else "$good"),
        )
        if patience is not None:
            hurry = patience <= _HURRY * _PATIENCE_CELLS
            bar = "▮" * patience + "▯" * (_PATIENCE_CELLS - patience)
            right = right.append(
                Content.assemble(f"   {say('patience')} ", (bar, "$bad" if hurry else ""))
            )
        room = max(0, self.size.width - right.cell_length - 2)
        title = Content.styled(self._title, "bold").truncate(room, ellipsis=True)
        return title.pad_right(room - title.cell_length + 2).append(right)
