"""The debrief: the score, then each mistake with picture, right answer and reason."""

from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from scanner.errors import ScannerError
from scanner.facts import Fact
from scanner.training.held_codes import spoken
from scanner.training.marks import Decision, Mark
from scanner.training.records import SOMEBODY, Run, median_of_best, own_runs
from scanner.training.role import PARTS
from scanner.training.score import Score
from scanner.training.shift import Shift
from scanner.tui.drawing.charts import facts
from scanner.tui.training.certificate import write_certificate
from scanner.tui.training.progress import ProgressScreen, sparkline
from scanner.tui.training.screen import TrainingScreen
from scanner.tui.widgets.drawn import Drawn
from scanner.tui.widgets.picture_view import PictureView
from scanner.wording.catalogue import decimal, say
from scanner.wording.plain import plain
from scanner.wording.sentences import sentence
from scanner.wording.verdict import title


class DebriefScreen(TrainingScreen[None]):
    """Shows a finished run.

    Args:
        shift: the run.
        run: its record, already saved.
        runs: all saved runs, this one included.
        folder: where the certificate goes.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,n,space", "step(1)", "Next mistake", key_display="→"),
        Binding("left,b", "step(-1)", "Previous", key_display="←"),
        Binding("c", "certificate", "Certificate"),
        Binding("p", "progress", "Progress"),
        Binding("escape,enter,q", "dismiss", "Back", key_display="Esc"),
    ]
    DEFAULT_CSS: ClassVar[str] = """
    DebriefScreen #score { height: auto; padding: 1 2 0 2; }
    DebriefScreen Horizontal { height: 1fr; margin: 1 1 0 1; }
    DebriefScreen PictureView { width: 2fr; height: 100%; }
    DebriefScreen VerticalScroll { width: 3fr; padding: 0 2; background: $surface; }
    DebriefScreen #note { height: auto; max-height: 3; padding: 0 2; color: $accent; }
    """

    def __init__(self, shift: Shift, run: Run, runs: Sequence[Run], folder: Path) -> None:
        super().__init__()
        self._shift = shift
        self._run = run
        self._runs = list(runs)
        self._folder = folder
        self._score = shift.score()
        self._mistakes = [each for each in shift.drill.decisions if each.mark is not Mark.RIGHT]
        self._place = 0

    def body(self) -> Iterable[Widget]:
        """Lay out score, picture and words."""
        yield Static(id="score", markup=False)
        yield Horizontal(PictureView(), VerticalScroll(Drawn(id="mistake")))
        yield Static(id="note", markup=False)

    async def on_mount(self) -> None:
        """Show the score and the first mistake."""
        before = own_runs(self._runs, self._run.trainee, self._run.scenario)[:-1]
        shared = any(each.trainee != self._run.trainee for each in self._runs)
        median = median_of_best(self._runs, self._run.scenario) if shared else None
        self.query_one("#score", Static).update(summary(self._score, self._run, before, median))
        await self._show()

    def on_unmount(self) -> None:
        """End the drawing thread."""
        self._shift.close()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer the certificate after a passed run, and steps between several mistakes."""
        if action == "certificate":
            return self._run.passed
        if action == "step":
            return len(self._mistakes) > 1
        return super().check_action(action, parameters)

    async def action_step(self, by: int) -> None:
        """Show another mistake; the first follows the last."""
        self._place = (self._place + by) % len(self._mistakes)
        await self._show()

    def action_certificate(self) -> None:
        """Write the certificate and say where it is."""
        try:
            file = write_certificate(self._run, self._folder)
            note = say(
                "The certificate, to be printed from a browser: {file}", file=_shortened(file)
            )
        except ScannerError as error:
            note = sentence(error.fact)
        self.query_one("#note", Static).update(Content(note))

    def action_progress(self) -> None:
        """Show this trainee's runs of this scenario."""
        scenario = self._shift.scenario
        self.app.push_screen(ProgressScreen(scenario, self._run.trainee, self._runs))

    async def _show(self) -> None:
        words, view = self.query_one("#mistake", Drawn), self.query_one(PictureView)
        view.display = bool(self._mistakes)
        if not self._mistakes:
            faultless = _faultless(passed=self._run.passed)
            words.show(lambda width, _height: Content("\n").join(faultless.wrap(width)))
            return
        mistake = self._mistakes[self._place]
        place = say("Mistake {number} of {all}", number=self._place + 1, all=len(self._mistakes))
        patron = mistake.patron
        said = sentence(spoken(patron, self._shift.held_codes[patron.number])) if patron else ""
        words.show(partial(explained, mistake, place, said))
        picture = await self._shift.picture_of(patron) if patron else None
        view.show(picture, say("nobody: something happened"))


def _shortened(file: Path) -> str:
    """Abbreviate the home folder to a tilde."""
    home = Path.home()
    return f"~/{file.relative_to(home)}" if file.is_relative_to(home) else str(file)


def summary(score: Score, run: Run, before: Sequence[Run], median: float | None) -> Content:
    """Return score, counts, queue and comparison, on five lines."""
    verdict = (say("PASSED"), "bold $good") if score.passed else (say("NOT PASSED"), "bold $bad")
    bar = say("(pass mark {bar} %)", bar=decimal(score.bar))
    who = say("Trainee") if run.trainee == SOMEBODY else plain(run.trainee, 40)
    title = say(run.title)
    return Content("\n").join(
        [
            Content.assemble(
                (f"{decimal(score.percent)} %  ", "bold"), verdict, f"  {bar}   {who} · {title}"
            ),
            Content("   ".join(_mistakes(score))),
            Content("   ".join(_conduct(score))),
            Content(
                say(
                    "queue {curve} longest {longest}, mean {mean}",
                    curve=sparkline(score.queue, 30),
                    longest=score.longest_queue,
                    mean=decimal(score.mean_queue),
                )
            ),
            Content("   ".join(_comparison(before, median))),
        ]
    )


def _mistakes(score: Score) -> list[str]:
    return [
        say("wrongly let in {count}", count=score.wrongly_let_in),
        say("wrongly turned away {count}", count=score.wrongly_turned_away),
        say("wrong reason {count}", count=score.wrong_reason),
        say("left {count}", count=score.left),
    ]


def _conduct(score: Score) -> list[str]:
    right, happened = score.procedure_right, score.procedure_of
    parts = [
        say("needless calls {count}", count=score.needless_call),
        say("{seconds} s a patron", seconds=decimal(score.seconds_per_patron)),
    ]
    if happened:
        parts.insert(0, say("procedure {right} of {all}", right=right, all=happened))
    return parts


def _comparison(before: Sequence[Run], median: float | None) -> list[str]:
    best = max((each.percent for each in before), default=None)
    parts = [
        say("your first run")
        if best is None
        else say("your best before: {percent} %", percent=decimal(best))
    ]
    if median is not None:
        parts.append(say("median of all: {median} %", median=decimal(median)))
    return parts


def _faultless(*, passed: bool) -> Content:
    lines = [Content(""), Content.styled(say("Not one mistake."), "bold $good")]
    if passed:
        lines += [Content(""), Content(say("c writes your certificate, p shows your progress."))]
    return Content("\n").join(lines)


def explained(
    mistake: Decision, place: str, said: str, width: int = 80, _height: int = 0
) -> Content:
    """Return a mistake's text: patron, light, answer, right answer, and reason.

    Args:
        mistake: the decision.
        place: its number among the mistakes.
        said: what the patron said, in quotation marks.
        width: cells.
    """
    patron = mistake.patron
    alternatives = f" — {say('or')} ".join(sentence(each.fact) for each in mistake.due.answers)
    rows = [
        (
            say("It was"),
            sentence(Fact(PARTS[patron.role].who)) if patron else say("something happened"),
            "",
        ),
        (say("They said"), said, ""),
        (say("Light"), _light(mistake), ""),
        (say("Shown"), sentence(mistake.shown), ""),
        (say("You did"), sentence(mistake.did), ""),
        (say("Right"), alternatives, "bold"),
        (say("Why"), sentence(mistake.due.why), ""),
    ]
    heading = Content.assemble(
        (say("{what}: {which}", what=place, which=""), "bold"),
        (sentence(Fact(mistake.heading)), "bold $bad"),
    )
    known = [(name, Content.styled(text, style)) for name, text, style in rows if text]
    lines = [*heading.wrap(max(1, width)), Content(""), facts(known, width, names="$accent")]
    return Content("\n").join(lines)


def _light(mistake: Decision) -> str:
    """Return the verdict's title, or nothing."""
    return title(mistake.verdict) if mistake.verdict else ""
