"""Finds the line of each key and table in a TOML text, to report mistakes by line.

The text is known to be TOML; the reader of the standard library keeps values and no places.
"""

import re

_PART = r"""(?:[\w\-]+|"(?:\\.|[^"\\\n])*"|'[^'\n]*')"""
_NAME = rf"{_PART}(?:[ \t]*\.[ \t]*{_PART})*"
_HEADER = re.compile(rf"\s*(\[\[?)[ \t]*({_NAME})[ \t]*\]")
_KEY = re.compile(rf"\s*({_NAME})[ \t]*=")
_PARTS = re.compile(_PART)
_TOKENS = re.compile(
    r'"""(?:\\.|[^\\])*?"""+' r"|'''.*?'''+" r'|"(?:\\.|[^"\\\n])*"' r"|'[^'\n]*'" r"|#[^\n]*",
    re.DOTALL,
)
"""Strings and comments, which may contain what looks like a key."""


def key_lines(text: str) -> dict[str, int]:
    """Return the lines, counted from 1, by name: "bar", "crowd.valid", "incident.1.what"."""
    places: dict[str, int] = {}
    counts: dict[str, int] = {}
    table = ""
    for number, line in enumerate(_TOKENS.sub(_bare, text).split("\n"), 1):
        if header := _HEADER.match(line):
            table = _plain(header[2])
            if header[1] == "[[":
                counts[table] = counts.get(table, -1) + 1
                places.setdefault(table, number)
                table = f"{table}.{counts[table]}"
            places.setdefault(table, number)
        elif key := _KEY.match(line):
            name = f"{table}.{_plain(key[1])}".lstrip(".")
            places.setdefault(name.rpartition(".")[0], number)
            places.setdefault(name, number)
    return places


def _bare(token: re.Match[str]) -> str:
    """Keep a one-line string, which may be a key; replace others by their line breaks.

    What stands for a longer one is no key: an equals sign never follows it.
    """
    found = token[0]
    if found.startswith(('"""', "'''", "#")):
        return "\n" * found.count("\n")
    return found


def _plain(name: str) -> str:
    """Remove quotes and spaces from a name."""
    return ".".join(part.strip("\"'") for part in _PARTS.findall(name))
