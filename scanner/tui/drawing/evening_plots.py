"""The evening's figures as tables and columns, each with its legend: counts in, characters out."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from textual.content import Content

from scanner.admission.verdict import Kind, Reason
from scanner.desk.forecast import Forecast, by_five_minutes
from scanner.store.statistics import Evening, GateFigure, SectionFigure
from scanner.tui.drawing.charts import LOOKS, Column, Row, columns, room, table
from scanner.tui.drawing.faces import FACES
from scanner.tui.drawing.theme import tint
from scanner.wording.catalogue import decimal, number, say, say_count
from scanner.wording.plain import clock_time, plain
from scanner.wording.verdict import name_of, title

_LONGEST_NAME = 60

_OURS = "▸"


@dataclass(frozen=True, slots=True)
class View:
    """One plot, and what its signs mean.

    `draw` takes the cells in width and height; a table has its own height.
    """

    draw: Callable[[int, int], Content]
    legend: Content


def names() -> dict[str, str]:
    """Name the plots, in their order."""
    return {
        "sections": say("Sections"),
        "arrivals": say("Arrivals"),
        "gates": say("Gates"),
        "refused": say("Refused"),
    }


def of(
    evening: Evening, found: Forecast | None, now: datetime, heard: datetime | None
) -> dict[str, View]:
    """Return the plots by what `names` calls them.

    Args:
        evening: the figures.
        found: the forecast, where there is one.
        now: the time, aware.
        heard: the last sync (aware), where there was one.
    """
    return {
        "sections": View(partial(sections, evening), _legend_of_sections(evening)),
        "arrivals": View(
            partial(arrivals, evening, found, now), _legend_of_arrivals(evening, found)
        ),
        "gates": View(partial(gates, evening), _legend_of_gates(evening, heard)),
        "refused": View(partial(refused, evening), _legend_of_refused(evening)),
    }


def outlook(
    evening: Evening, found: Forecast | None, width: int = 160, _height: int = 0
) -> Content:
    """Say how many are inside and to come, until when, and how long one takes.

    A row ends between two of these where it can.
    """
    parts = [
        Content.styled(say("{count} inside", count=number(evening.inside)), "bold"),
        Content.styled(say("{count} to come", count=number(evening.to_come)), "bold"),
    ]
    if evening.left:
        parts.append(Content(say("{count} went out", count=number(evening.left))))
    if evening.exits:
        exits = say_count("{count} exit counted here", "{count} exits counted here", evening.exits)
        parts.append(Content(exits))
    if evening.again:
        parts.append(Content(say("{count} let in again", count=number(evening.again))))
    if found:
        time, pace = clock_time(found.at)[:5], decimal(found.per_minute, 0)
        words = (
            say("all in by {time} at {pace}/min", time=time, pace=pace)
            if found.coming >= evening.to_come
            else say(
                "about {count} of them by {time}, at {pace}/min and falling",
                count=number(found.coming),
                time=time,
                pace=pace,
            )
        )
        parts.append(Content(words))
    if (seconds := evening.seconds_per_patron) is not None:
        parts.append(Content(say("{seconds} s a patron here", seconds=decimal(seconds, 1))))
    rows = [parts[0]]
    for part in parts[1:]:
        longer = Content(" · ").join([rows[-1], part])
        if longer.cell_length <= width:
            rows[-1] = longer
        else:
            rows.append(part)
    return Content("\n").join(line for row in rows for line in row.wrap(max(1, width)))


def sections(evening: Evening, width: int, _height: int) -> Content:
    """List the sections, this gate's first, then those with most to come; all of them on top."""
    shown = sorted(evening.sections, key=lambda each: (not each.permitted, -each.to_come))
    if not shown:
        return Content(say("There is no ticket list yet."))
    capacity = any(each.capacity not in (None, each.sold) for each in shown)
    marked = _is_marked(evening)
    rows = [_section(each, marked=marked, capacity=capacity) for each in shown]
    if len(rows) > 1:
        inside = sum(each.inside for each in shown)
        numbers = (number(inside), number(evening.sold), number(evening.to_come))
        rooms = ("",) if capacity else ()
        name = say("All sections")
        rows.insert(0, Row(name, inside, evening.sold, (*numbers, *rooms), "bold"))
    head = [say("Section"), say("inside"), say("sold"), say("to come")]
    return table([*head, say("capacity")] if capacity else head, rows, width)


def _section(each: SectionFigure, *, marked: bool, capacity: bool) -> Row:
    name = plain(each.name, _LONGEST_NAME)
    if marked:
        name = f"{_OURS if each.permitted else ' '} {name}"
    rooms = ("" if each.capacity is None else number(each.capacity),) if capacity else ()
    full = each.capacity is not None and each.inside > each.capacity
    numbers = (number(each.inside), number(each.sold), number(each.to_come))
    return Row(name, each.inside, each.sold, (*numbers, *rooms), "bold $bad" if full else "")


def _is_marked(evening: Evening) -> bool:
    """Tell whether this gate admits to some sections only."""
    return len({each.permitted for each in evening.sections}) > 1


def _legend_of_sections(evening: Evening) -> Content:
    return Content(f"{_OURS} {say('admitted at this gate')}" if _is_marked(evening) else "")


def arrivals(
    evening: Evening, found: Forecast | None, now: datetime, width: int, height: int
) -> Content:
    """Draw who came in every five minutes, here and elsewhere, and who is expected."""
    slots = by_five_minutes(evening.arrivals, found, now, room(width))
    if not slots:
        return Content(say("Nobody has come yet."))
    return columns(
        [Column(each.at, (each.here, each.elsewhere, each.expected)) for each in slots],
        width,
        height,
    )


def _legend_of_arrivals(evening: Evening, found: Forecast | None) -> Content:
    elsewhere = any(each.house > each.here for each in evening.arrivals)
    named = [
        (say("this gate"), bool(evening.arrivals)),
        (say("other gates"), elsewhere),
        (say("expected"), found is not None),
    ]
    return Content("  ").join(
        Content.assemble(look, f" {name}")
        for look, (name, shown) in zip(LOOKS, named, strict=True)
        if shown
    )


def gates(evening: Evening, width: int, _height: int) -> Content:
    """List this gate and the others, with the house above."""
    rows = [_gate(each, evening.came) for each in evening.gates]
    last = max((each.last for each in evening.gates if each.last), default=None)
    whole = GateFigure(say("All gates"), evening.came, last)
    house = replace(_gate(whole, evening.came), name=whole.name, style="bold")
    return table([say("Gate"), say("came in"), say("last")], [house, *rows], width)


def _gate(each: GateFigure, whole: int) -> Row:
    name = plain(each.name, _LONGEST_NAME) or "?"
    name = f"{_OURS if each.ours else ' '} {name}"
    last = clock_time(each.last)[:5] if each.last else ""
    return Row(name, each.admitted, whole, (number(each.admitted), last), "")


def _legend_of_gates(evening: Evening, heard: datetime | None) -> Content:
    """Name this gate's sign, and say until when the others are known."""
    words = [f"{_OURS} {say('this gate')}"]
    if heard and len(evening.gates) > 1:
        words.append(say("the others as of {time}", time=clock_time(heard)[:5]))
    return Content("  ".join(words))


def refused(evening: Evening, width: int, _height: int) -> Content:
    """List why scans let nobody in."""
    if not evening.refused:
        return Content(say("Nobody was refused."))
    most = evening.refused[0][1]
    rows = [_refusal(why, count, most) for why, count in evening.refused]
    return table([say("Reason"), say("scans")], rows, width)


def _refusal(why: Reason | Kind, count: int, most: int) -> Row:
    kind = why.kind if isinstance(why, Reason) else why
    name = name_of(why) if isinstance(why, Reason) else title(why)
    face = FACES[kind]
    colour = tint(face)
    return Row(f"{face.symbol} {name}", count, most, (number(count),), bar_style=colour)


def _legend_of_refused(evening: Evening) -> Content:
    ours = sum(each.admitted for each in evening.gates if each.ours)
    count = sum(count for _, count in evening.refused)
    if not count:
        return Content("")
    return Content(
        say("{count} of {all} scans here", count=number(count), all=number(count + ours))
    )
