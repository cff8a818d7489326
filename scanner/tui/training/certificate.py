"""The certificate of a passed run: HTML that prints on one sheet of A4 or Letter."""

from datetime import datetime
from pathlib import Path

from scanner.training.records import SOMEBODY, Run
from scanner.training.scenario import TrainingError, TrainingFault
from scanner.wording.catalogue import decimal, language, say
from scanner.wording.plain import plain_html

_LONG_NAME = 28
"""Characters; a longer name is set smaller, so that the page stays one."""

_STYLE = """
@page { size: landscape; margin: 12mm; }
* { box-sizing: border-box; margin: 0; }
html, body { height: 100%; }
body { font: 13pt/1.5 Georgia, "Times New Roman", serif; color: #1d1b26; background: #fff; }
main { height: 180mm; overflow: hidden; display: flex; flex-direction: column;
  justify-content: center; border: 2mm double #7a1f6b;
  padding: 12mm 16mm; text-align: center; page-break-inside: avoid; break-inside: avoid; }
h1 { font-size: 15pt; letter-spacing: .3em; text-transform: uppercase; color: #7a1f6b; }
.name { font-size: 30pt; line-height: 1.2; margin: 8mm 0 3mm; overflow-wrap: anywhere; }
.name.long { font-size: 21pt; margin-top: 4mm; }
.title { font-size: 18pt; font-style: italic; margin: 2mm 0 6mm; }
table { margin: 0 auto 6mm; border-collapse: collapse; font-size: 12pt; }
td, th { padding: 1mm 6mm; border-bottom: .3mm solid #cbb8c8; text-align: left; font-weight: 400; }
td { text-align: right; font-variant-numeric: tabular-nums; }
.percent { font-size: 34pt; line-height: 1.1; color: #7a1f6b; }
footer { font-size: 11pt; color: #4a4656; }
@media screen { main { max-width: 260mm; margin: 10mm auto; } }
"""


def certificate(run: Run) -> str:
    """Return the page for a run that passed.

    Raises:
        TrainingError: it did not pass.
    """
    if not run.passed:
        raise TrainingError(TrainingFault.BELOW_PASS_MARK, percent=run.percent)
    rows = "".join(
        f"<tr><th scope='row'>{plain_html(name)}</th><td>{plain_html(value)}</td></tr>"
        for name, value in _facts(run)
    )
    look = "name long" if len(run.trainee) > _LONG_NAME else "name"
    named = run.trainee if run.trainee != SOMEBODY else ""
    name, title = plain_html(named or say("A trainee")), plain_html(say(run.title))
    which = say("run {seed} of {scenario}", seed=run.seed, scenario=run.scenario)
    return (
        f"<!doctype html>\n<html lang='{language()}'><head><meta charset='utf-8'>"
        f"<title>{title}: {name}</title><style>{_STYLE}</style></head>\n"
        f"<body><main><h1>{plain_html(say('Gate training'))}</h1><p class='{look}'>{name}</p>"
        f"<p>{plain_html(say('has stood at the gate and passed'))}</p><p class='title'>{title}</p>"
        f"<p class='percent'>{decimal(run.percent)}&nbsp;%</p><table>{rows}</table>"
        f"<footer>{plain_html(_day(run.at.astimezone()))} · {plain_html(which)}</footer>"
        f"</main></body></html>\n"
    )


def write_certificate(run: Run, folder: Path) -> Path:
    """Write the page into a folder and return its place.

    Raises:
        TrainingError: the run did not pass, or the file can't be written.
    """
    page = certificate(run)
    plain = "".join(c if c.isalnum() else "-" for c in run.trainee.casefold()).strip("-")
    stamp = f"{run.at.astimezone():%Y%m%d-%H%M%S}"
    file = folder / "certificates" / f"{stamp}-{plain or 'trainee'}-{run.scenario}.html"
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.write_text(page, encoding="utf-8")
    except OSError as error:
        fault = TrainingFault.CERTIFICATE_NOT_WRITTEN
        raise TrainingError(fault, file=file, why=error.strerror) from error
    return file


def _facts(run: Run) -> list[tuple[str, str]]:
    procedure = say("{number} of {all}", number=run.procedure_right, all=run.procedure_of)
    return [
        (say("Patrons"), str(run.patrons)),
        (say("Wrongly let in"), str(run.wrongly_let_in)),
        (say("Wrongly turned away"), str(run.wrongly_turned_away)),
        (say("Right when something happened"), procedure),
        (say("Seconds for each patron"), decimal(run.seconds_per_patron, 1)),
        (say("Longest queue"), str(run.longest_queue)),
    ]


def _day(at: datetime) -> str:
    months = (
        say("January"), say("February"), say("March"), say("April"), say("May"), say("June"),
        say("July"), say("August"), say("September"), say("October"), say("November"),
        say("December"),
    )  # fmt: skip
    return say("{day} {month} {year}", day=at.day, month=months[at.month - 1], year=at.year)
