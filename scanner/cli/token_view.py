"""Tokens as JSON for programs, and as tables for people."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from scanner.wording.plain import plain

if TYPE_CHECKING:
    from rich.table import Table

    from scanner.ticketing.resources import Event, Page, Token

LONGEST_NAME = 120
"""Characters of a section's name that a table shows."""


def as_json(token: "Token") -> dict[str, Any]:
    """Return what programs may rely on; `sections` are URIs."""
    return {
        "uri": token.uri,
        "code": token.code,
        "global": token.is_global,
        "sections": list(token.sections),
    }


def section_names(event: "Event", uris: Sequence[str]) -> str:
    """Return the sections' names in one line; the URI where the event knows no name."""
    names = {section.uri: section.name for section in event.sections}
    return ", ".join(_name(names.get(uri) or uri) for uri in uris) or "no section"


def listing(event: "Event", page: "Page[Token]") -> "Table":
    """Return one page of an event's tokens as a table."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(
        title=Text(f"Admission tokens of {_name(event.title)}"),
        caption=Text(page_line(page)),
        title_justify="left",
        caption_justify="left",
        box=box.SIMPLE_HEAD,
    )
    table.add_column("Code", no_wrap=True)
    table.add_column("Global", no_wrap=True)
    table.add_column("Sections", overflow="fold")
    table.add_column("Number", no_wrap=True)
    for token in page.entries:
        table.add_row(
            Text(_name(token.code)),
            Text("global" if token.is_global else ""),
            Text(section_names(event, token.sections)),
            Text(_name(token.identifier)),
        )
    return table


def page_line(page: "Page[Token]") -> str:
    """Return how many there are, and which of them these are."""
    pages = max(1, -(-page.total // max(1, page.records)))
    counted = "1 token" if page.total == 1 else f"{page.total} tokens"
    unread = f"; {len(page.faults)} of this page can't be read" if page.faults else ""
    return f"{counted} in all; page {page.page} of {pages}{unread}"


def details(event: "Event", token: "Token") -> "Table":
    """Return one token with each of its sections' names and URIs."""
    from rich.table import Table
    from rich.text import Text

    names = {section.uri: section.name for section in event.sections}
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    rows = [
        ("Code", token.code),
        ("Global", "yes, for every section" if token.is_global else "no"),
        ("Event", event.title),
        ("URI", token.uri),
    ]
    for position, uri in enumerate(token.sections):
        name = names.get(uri)
        said = f"{_name(name)} ({uri})" if name else uri
        rows.append(("" if position else "Sections", said))
    for label, value in rows:
        table.add_row(Text(label), Text(plain(value, 2 * LONGEST_NAME)))
    return table


def _name(text: str) -> str:
    return plain(text, LONGEST_NAME)
