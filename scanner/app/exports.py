"""What an export of this gate's admissions holds, as CSV and as JSON."""

import csv
import io
from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from scanner.store.acknowledged import Acknowledged, Doubles, SeenTo
from scanner.store.double_entries import DoubleEntry
from scanner.store.ledger import Admission
from scanner.wording.books import account, double_account, state_word
from scanner.wording.catalogue import say
from scanner.wording.plain import plain_cell, plain_json
from scanner.wording.sentences import in_english


def _facts(each: Admission, known: SeenTo, doubles: Doubles) -> dict[str, Any]:
    why = each.reason
    seen_to = _seen_to(each, known, doubles)
    values = {field.name: getattr(each, field.name) for field in fields(each)}
    values["device"] = each.gate
    times = {name: at.isoformat() for name, at in values.items() if isinstance(at, datetime)}
    return {
        **values,
        **times,
        "reason": in_english(why) if why else None,
        "code": why.code if why else None,
        "params": why.as_json()["params"] if why else None,
        "acknowledged_note": seen_to.note if seen_to else None,
        "acknowledged_by": seen_to.by if seen_to else None,
        "double_entries": [in_english(double.fact) for double in _of(each, doubles)],
    }


def _of(each: Admission, doubles: Doubles) -> list[DoubleEntry]:
    return [double for double in doubles.entries if double.row == each.journal]


def _seen_to(each: Admission, known: SeenTo, doubles: Doubles) -> Acknowledged | None:
    """Return what was done about an admission, or about its double entry."""
    done = [doubles.done.get(double.noted) for double in _of(each, doubles)]
    return known.get((each.journal, each.state)) or next(filter(None, done), None)


def as_json(found: list[Admission], known: SeenTo, doubles: Doubles) -> str:
    """Return a list of objects."""
    return plain_json([_facts(each, known, doubles) for each in found], indent=1) + "\n"


def as_csv(
    found: list[Admission], known: SeenTo, doubles: Doubles, sections: Mapping[str, str]
) -> str:
    """Return columns for people, in their language, and the raw ones after them."""
    written = io.StringIO()
    writer = csv.writer(written)
    added = ("code", "params", "acknowledged_note", "acknowledged_by", "double_entries")
    writer.writerow([*_columns(), *Admission.__dataclass_fields__, *added])
    for each in found:
        told = (
            each.serial,
            sections.get(each.section, each.section),
            f"{each.at.astimezone():%Y-%m-%d %H:%M:%S}",
            each.redeemer,
            each.gate,
            state_word(each.state),
            " · ".join(filter(None, [account(each), *map(double_account, _of(each, doubles))])),
            seen_to.note if (seen_to := _seen_to(each, known, doubles)) else "",
        )
        writer.writerow(
            plain_cell(value) for value in (*told, *_facts(each, known, doubles).values())
        )
    return written.getvalue()


def _columns() -> tuple[str, ...]:
    return (
        say("Ticket"),
        say("Section"),
        say("Let in at (local time)"),
        say("Let in by"),
        say("Gate"),
        say("Delivery"),
        say("Why"),
        say("Handled"),
    )
