"""Tokens as JSON for programs, and as tables for people."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from scanner.cli.api import counted
from scanner.cli.output import print_table
from scanner.wording.plain import plain

if TYPE_CHECKING:
    from scanner.ticketing.paged_list import WholeList
    from scanner.ticketing.resources import Event, Token

LONGEST_NAME = 120
"""Characters of a section's name that a table shows."""

NAMES = ("token", "tokens")
"""What is counted below the table."""


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


def print_listing(event: "Event", listed: "WholeList[Token]") -> None:
    """Print an event's tokens as a table."""
    rows = [
        (
            token.code,
            "global" if token.is_global else "",
            section_names(event, token.sections),
            token.identifier,
        )
        for token in listed.entries
    ]
    print_table(
        ("Code", "Global", "Sections", "Number"),
        rows,
        title=f"Admission tokens of {_name(event.title)}",
        caption=counted(listed, *NAMES),
        whole=("Code", "Global", "Number"),
        longest=10 * LONGEST_NAME,
    )


def print_details(event: "Event", token: "Token") -> None:
    """Print one token with each of its sections' names and URIs."""
    names = {section.uri: section.name for section in event.sections}
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
    print_table(("", ""), rows)


def _name(text: str) -> str:
    return plain(text, LONGEST_NAME)
